// The panel of a report: what may run in it, and what may not.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { notice, page, policy, title } from '../src/report';

const hash = (script: string) => `sha256-${createHash('sha256').update(script, 'utf8').digest('base64')}`;
const report = (body: string, own: string) =>
  `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta http-equiv="Content-Security-Policy" content="${own}"></head><body>${body}</body></html>\n`;
const policies = (html: string) => Array.from(html.matchAll(/<meta http-equiv="Content-Security-Policy" content="([^"]*)">/g), (match) => match[1] ?? '');

test('the script that the report names runs, and nothing is loaded', () => {
  const made = page(report('<script>draw("é")</script>', `default-src 'none'; script-src '${hash('draw("é")')}'`));
  assert.equal(made.kind, 'page');
  assert.deepEqual(policies(made.kind === 'page' ? made.html : ''), [policy([hash('draw("é")')])]);
});

test('a script that the report does not name does not run, nor one that was changed', () => {
  const made = page(report('<script>draw()</script><script>steal()</script>', `script-src '${hash('draw()')}' '${hash('other()')}'`));
  assert.deepEqual(policies(made.kind === 'page' ? made.html : ''), [policy([hash('draw()')])]);
});

test('what a report allows itself beyond that is not taken over', () => {
  const made = page(report('<script src="https://x.test/a.js"></script><script>steal()</script>', "default-src *; script-src 'unsafe-inline' *"));
  const [found = ''] = policies(made.kind === 'page' ? made.html : '');
  assert.equal(found, policy([]));
  assert.match(found, /^default-src 'none'; .*script-src 'none'; connect-src 'none'/);
});

test('data in a script element is no script', () => {
  const made = page(report('<script type="application/json">{}</script>', `script-src '${hash('{}')}'`));
  assert.deepEqual(policies(made.kind === 'page' ? made.html : ''), [policy([])]);
});

test('what is no report is not shown', () => {
  assert.deepEqual(page('time,open\n'), { kind: 'no report', reason: 'the file is no HTML page' });
  assert.equal(page('<!doctype html><p>x</p>').kind, 'no report');
  assert.equal(page(report('', "default-src 'none'").replace('<head>', '<head><meta http-equiv="Content-Security-Policy" content="default-src *">')).kind, 'no report');
});

test('a notice shows its text as text', () => {
  const html = notice('<img src=x onerror="a()"> & more');
  assert.ok(html.includes('&#60;img src=x onerror=&#34;a()&#34;&#62; &#38; more'));
  assert.deepEqual(policies(html), [policy([])]);
});

test('a panel is called by its program', () => {
  assert.equal(title('/home/ada/golden_cross.apx'), 'Report: golden_cross');
  assert.equal(title('C:\\work\\one.APX'), 'Report: one');
});

const written = process.env['APX_REPORT'];
test('a report that apx wrote is shown whole, with its own script and no other', { skip: written === undefined && 'APX_REPORT names no report' }, () => {
  const html = readFileSync(written ?? '', 'utf8');
  const made = page(html);
  assert.equal(made.kind, 'page');
  const shown = made.kind === 'page' ? made.html : '';
  assert.equal(shown.replace(/<meta http-equiv[^>]*>/, ''), html.replace(/<meta http-equiv[^>]*>/, ''));
  assert.match(policies(shown)[0] ?? '', /script-src 'sha256-[^']{44}';/);
});
