// Indentation and brackets as the editor does them, held against programs in their canonical layout.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import configuration from '../language-configuration.json';

const ROOT = process.env['APX_EXTENSION'] ?? process.cwd();
const EXAMPLES = join(ROOT, '..', '..', 'examples');
const deeper = new RegExp(configuration.indentationRules.increaseIndentPattern);
const back = new RegExp(configuration.indentationRules.decreaseIndentPattern);
const depth = (line: string) => /^ */.exec(line)?.[0].length ?? 0;

test('in every example, what the next line is indented by is what the editor gives', () => {
  const files = readdirSync(EXAMPLES).filter((name) => name.endsWith('.apx'));
  assert.ok(files.length >= 10, `${files.length} examples`);
  let opened = 0;
  for (const file of files) {
    const lines = readFileSync(join(EXAMPLES, file), 'utf8').split('\n');
    lines.slice(1).forEach((line, at) => {
      const before = lines[at] ?? '';
      if (line.trim() === '' || before.trim() === '' || line.trimStart().startsWith('#') || before.trimStart().startsWith('#')) return;
      const where = `${file}:${at + 2}: ${before} | ${line}`;
      if (deeper.test(before)) {
        opened += 1;
        assert.equal(depth(line), depth(before) + 2, where);
      }
      // An order may have lines below it and may have none: those are indented by hand, once.
      else if (depth(line) > depth(before)) assert.match(before, /^\s*(?:buy|sell|short|cover|exit|hold)\b|[(,]$/, where);
      if (back.test(line) && !/^\s*(?:let|remember)\b/.test(line)) assert.equal(depth(line), 0, where);
    });
  }
  assert.ok(opened > 30, `${opened} lines that open others`);
});

test('one-line defines open nothing, those with lines below do', () => {
  for (const line of ['define gap(x = close, n = 20 bars)', 'define f(x = sma(close, 5))  # two steps', 'settings', 'when close > open', '  buy risking 1% of equity', 'test "a (b)"']) {
    assert.match(line, deeper);
  }
  for (const line of ['define gap(x = close) = x - sma(x, 5)', 'let a = sma(close, 5)', '  buy 10% of equity', '# when', 'plot close']) assert.doesNotMatch(line, deeper);
});

test('documentation goes on in the next line', () => {
  const [rule] = configuration.onEnterRules;
  assert.match('## Buys strength', new RegExp(rule?.beforeText ?? ''));
  assert.doesNotMatch('# a comment', new RegExp(rule?.beforeText ?? ''));
  assert.equal(rule?.action.appendText, '## ');
});

test('words are whole: names with underscores, numbers with units apart', () => {
  const words = (text: string) => text.match(new RegExp(configuration.wordPattern, 'g'));
  assert.deepEqual(words('sma(close_2, 20 bars) > 1_000.5'), ['sma', 'close_2', '20', 'bars', '1_000.5']);
});

test('every pattern of the configuration is one', () => {
  for (const pattern of [configuration.wordPattern, ...configuration.onEnterRules.map((rule) => rule.beforeText)]) assert.ok(new RegExp(pattern));
});
