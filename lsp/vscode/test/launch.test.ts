// Which apx is started.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { find, type Surroundings } from '../src/launch';

function around(files: readonly string[], other: Partial<Surroundings> = {}): Surroundings {
  return { windows: false, home: '/home/ada', path: '/usr/local/bin:/usr/bin', folders: ['/home/ada/one', '/home/ada/two'], trusted: true, exists: (path) => files.includes(path), ...other };
}

test('a setting is taken before everything else', () => {
  const here = around(['/opt/apx', '/home/ada/one/.venv/bin/apx', '/usr/bin/apx']);
  assert.deepEqual(find(' /opt/apx ', here), { kind: 'found', command: '/opt/apx', from: 'setting' });
});

test('a setting that names nothing is said, and nothing else is started in its place', () => {
  assert.deepEqual(find('/opt/apx', around(['/usr/bin/apx'])), { kind: 'wrong setting', setting: '/opt/apx', looked: ['/opt/apx'] });
});

test('home and folder are filled in', () => {
  assert.deepEqual(find('~/bin/apx', around(['/home/ada/bin/apx'])), { kind: 'found', command: '/home/ada/bin/apx', from: 'setting' });
  assert.deepEqual(find('${workspaceFolder}/x/apx', around(['/home/ada/two/x/apx'])), { kind: 'found', command: '/home/ada/two/x/apx', from: 'setting' });
  assert.deepEqual(find('x/apx', around(['/home/ada/two/x/apx'])), { kind: 'found', command: '/home/ada/two/x/apx', from: 'setting' });
  assert.equal(find('~other/apx', around(['/home/ada/bin/apx'])).kind, 'wrong setting');
});

test('the environment of a folder comes before PATH, the first folder before the second', () => {
  const here = around(['/home/ada/two/.venv/bin/apx', '/home/ada/one/venv/bin/apx', '/usr/bin/apx']);
  assert.deepEqual(find('', here), { kind: 'found', command: '/home/ada/one/venv/bin/apx', from: 'folder' });
  assert.deepEqual(find('', around(['/usr/bin/apx'])), { kind: 'found', command: '/usr/bin/apx', from: 'path' });
});

test('nothing from a folder that is not trusted is started, by whatever way', () => {
  const files = ['/home/ada/one/.venv/bin/apx', '/home/ada/one/x/apx'];
  const here = around(files, { trusted: false });
  assert.deepEqual(find('', here), { kind: 'nowhere', looked: ['PATH'], untrusted: true });
  assert.equal(find('x/apx', here).kind, 'wrong setting');
  assert.equal(find('${workspaceFolder}/x/apx', here).kind, 'wrong setting');
});

test('relative and empty parts of PATH are passed over', () => {
  assert.equal(find('', around(['apx', './apx', 'bin/apx', '/apx'], { path: ':.:bin:', folders: [] })).kind, 'nowhere');
});

test('Windows has its own names and signs', () => {
  const windows = { windows: true, home: 'C:\\Users\\ada', path: 'C:\\Tools;D:\\x', folders: ['C:\\work'] };
  assert.deepEqual(find('', around(['C:\\work\\.venv\\Scripts\\apx.exe'], windows)), { kind: 'found', command: 'C:\\work\\.venv\\Scripts\\apx.exe', from: 'folder' });
  assert.deepEqual(find('', around(['D:\\x\\apx.exe'], windows)), { kind: 'found', command: 'D:\\x\\apx.exe', from: 'path' });
  assert.deepEqual(find('~\\apx.exe', around(['C:\\Users\\ada\\apx.exe'], windows)), { kind: 'found', command: 'C:\\Users\\ada\\apx.exe', from: 'setting' });
});
