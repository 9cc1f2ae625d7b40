// What is said, and with which buttons.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { reportPath, said, summary, testsIn } from '../src/answers';
import { didNotStart, notFound } from '../src/messages';
import manifest from '../package.json';

const ROOT = process.env['APX_EXTENSION'] ?? process.cwd();

test('a command that is nowhere: where it was looked for, and what to do', () => {
  const { text, buttons } = notFound({ kind: 'nowhere', looked: ['/home/ada/.venv/bin/apx', 'PATH'], untrusted: false });
  assert.match(text, /not found \(looked for: \/home\/ada\/\.venv\/bin\/apx, PATH\)/);
  assert.match(text, /Install ApexTrade into the \.venv of this folder, or set apx\.path/);
  assert.deepEqual(buttons, ['How to Install', 'Open Settings']);
});

test('a folder that is not trusted is named as the reason', () => {
  const { text, buttons } = notFound({ kind: 'nowhere', looked: ['PATH'], untrusted: true });
  assert.match(text, /only once you trust the folder/);
  assert.deepEqual(buttons, ['Trust This Folder', 'Open Settings']);
});

test('a wrong setting is quoted with the place it means', () => {
  assert.match(notFound({ kind: 'wrong setting', setting: 'x/apx', looked: ['/home/ada/x/apx'] }).text, /apx\.path names x\/apx, and there is no command at \/home\/ada\/x\/apx/);
  assert.match(notFound({ kind: 'wrong setting', setting: 'x/apx', looked: [] }).text, /needs an open folder that you trust/);
});

test('a command that is no server is quoted with its reason', () => {
  assert.match(didNotStart('/opt/apx', 'exit code 2.').text, /\/opt\/apx lsp --stdio did not start: exit code 2\. The output says more/);
});

test('answers are what they should be or say why not', () => {
  assert.deepEqual(reportPath({ path: '/tmp/r.html' }), { kind: 'answer', value: '/tmp/r.html' });
  assert.deepEqual(reportPath({ error: 'no data' }), { kind: 'wrong', reason: 'no data' });
  for (const nothing of [null, undefined, 3, 'x', {}, { path: 3 }, { path: '' }]) assert.equal(reportPath(nothing).kind, 'wrong');
  assert.deepEqual(summary({ title: '+12 %' }), { kind: 'answer', value: '+12 %' });
  assert.equal(said(new Error('gone')), 'gone');
  assert.equal(said('gone'), 'gone');
});

test('the tests of a file are found where they stand, whatever ends its lines', () => {
  assert.deepEqual(testsIn('apx 1\r\ntest "one"\r\n  expect no order\r  test "two"  # x\ntest "one"\n# test "three"\ntest\n'), [
    { name: 'one', line: 1 },
    { name: 'two', line: 3 },
    { name: 'one #2', line: 4 },
  ]);
});

test('every command of the manifest is registered, and every button that the walkthrough has is one of them', () => {
  const source = readFileSync(join(ROOT, 'src', 'extension.ts'), 'utf8');
  const registered = Array.from(source.matchAll(/registerCommand\('([^']+)'/g), (match) => match[1]).sort();
  const declared = manifest.contributes.commands.map((command) => command.command);
  assert.deepEqual(registered, [...declared].sort());
  for (const step of manifest.contributes.walkthroughs.flatMap((walkthrough) => walkthrough.steps)) {
    for (const [, command = ''] of step.description.matchAll(/\(command:([a-zA-Z.]+)/g)) {
      assert.ok(declared.includes(command) || command.startsWith('workbench.'), command);
    }
    assert.ok(readFileSync(join(ROOT, step.media.markdown), 'utf8').startsWith('# '));
  }
});
