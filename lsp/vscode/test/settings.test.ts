// The settings as the server takes them, and the manifest that declares them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CLIENT_ID, configuration, SECTION } from '../src/connection';
import { DEFAULTS, LEVELS, LONGEST_LINE, read, SHORTEST_LINE } from '../src/settings';
import manifest from '../package.json';

const reading = (values: Record<string, unknown>) => read((name) => values[name]);

test('what is not set is the default, and nothing is wrong with it', () => {
  assert.deepEqual(reading({}), { settings: DEFAULTS, problems: [] });
});

test('everything that is set reaches the server', () => {
  const values = { lineLength: 80, defaultData: ' SPY@store ', units: false, lints: { W0310: 'off', W0311: 'error' } };
  assert.deepEqual(reading(values), { settings: { ...values, defaultData: 'SPY@store' }, problems: [] });
});

test('what can not be meant is said, and the default stands in for it alone', () => {
  const { settings, problems } = reading({ lineLength: 80.5, defaultData: 3, units: 'yes', lints: { W0310: 'loud', E0301: 'off', W0311: 'info' } });
  assert.deepEqual(settings, { ...DEFAULTS, lints: { W0311: 'info' } });
  assert.deepEqual(problems, [
    'apx.lineLength takes a whole number from 40 to 400; this is 80.5.',
    'apx.defaultData takes a text; this is 3.',
    'apx.units takes true or false; this is "yes".',
    'apx.lints takes off, info, warning, error for W0310; this is "loud".',
    'apx.lints takes codes of warnings such as W0310; this is "E0301".',
  ]);
});

test('lints that are no table are said', () => {
  for (const wrong of [[], null, 'off']) assert.equal(reading({ lints: wrong }).problems.length, 1);
});

test('each item of a configuration request has its own answer', () => {
  assert.deepEqual(configuration([{ section: SECTION }, { section: 'editor' }, {}], DEFAULTS), [DEFAULTS, null, null]);
});

test('the manifest declares the settings with the same defaults and bounds', () => {
  const declared = manifest.contributes.configuration.properties;
  for (const [name, value] of Object.entries(DEFAULTS)) assert.deepEqual((declared as Record<string, { default: unknown }>)[`${SECTION}.${name}`]?.default, value, name);
  assert.deepEqual([declared['apx.lineLength'].minimum, declared['apx.lineLength'].maximum], [SHORTEST_LINE, LONGEST_LINE]);
  assert.deepEqual(Object.values(declared['apx.lints'].patternProperties).map((one) => one.enum), [LEVELS]);
  assert.ok(`${CLIENT_ID}.trace.server` in declared); // the client reads it under its own name
});

test('a setting that could run a program of a folder is restricted until the folder is trusted', () => {
  assert.ok(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations.includes('apx.path'));
});
