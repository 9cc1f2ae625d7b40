// The settings as the server takes them, and the manifest that declares them.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CLIENT_ID, configuration, SECTION } from '../src/connection';
import { DEFAULTS, read } from '../src/settings';
import manifest from '../package.json';

test('what is written reaches the server as it was written, and nothing else of the section does', () => {
  const written: Record<string, unknown> = { defaultData: 'SPY@store', units: 'yes', lints: { W0310: 'loud' }, path: '/opt/apx' };
  assert.deepEqual(read((name) => written[name]), { defaultData: 'SPY@store', units: 'yes', parameters: undefined, lints: { W0310: 'loud' } });
});

test('each item of a configuration request has its own answer', () => {
  assert.deepEqual(configuration([{ section: SECTION }, { section: 'editor' }, {}], DEFAULTS), [DEFAULTS, null, null]);
});

test('the manifest declares the settings with the same defaults', () => {
  const declared = manifest.contributes.configuration.properties;
  for (const [name, value] of Object.entries(DEFAULTS)) assert.deepEqual((declared as Record<string, { default: unknown }>)[`${SECTION}.${name}`]?.default, value, name);
  assert.ok(`${CLIENT_ID}.trace.server` in declared); // the client reads it under its own name
});

test('a setting that could run a program of a folder is restricted until the folder is trusted', () => {
  assert.ok(manifest.capabilities.untrustedWorkspaces.restrictedConfigurations.includes('apx.path'));
});
