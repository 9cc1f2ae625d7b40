// Builds the extension: `bundle` and `test` for work on it, `package` for vsce. What other tools own (the grammar) is copied, never kept here.
import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { png } from './icon.mjs';

const here = dirname(fileURLToPath(import.meta.url));
const root = join(here, '..', '..');
const node = { bundle: true, platform: 'node', target: 'node18', format: 'cjs', legalComments: 'none', logLevel: 'warning' };

/** The one file that the editor loads. */
async function bundle(minify) {
  rmSync(join(here, 'dist'), { recursive: true, force: true });
  await build({ ...node, entryPoints: [join(here, 'src', 'extension.ts')], outfile: join(here, 'dist', 'extension.js'), external: ['vscode'], minify });
}

/** Each test with what it needs of the sources; the packages themselves stay where npm put them. */
async function tests() {
  const folder = join(here, 'dist-tests');
  rmSync(folder, { recursive: true, force: true });
  const entryPoints = readdirSync(join(here, 'test')).filter((name) => name.endsWith('.test.ts')).map((name) => join(here, 'test', name));
  await build({ ...node, entryPoints, outdir: folder, packages: 'external', sourcemap: 'inline' });
  return readdirSync(folder).filter((name) => name.endsWith('.js')).map((name) => join(folder, name));
}

/** The grammar, made from the catalogue by `python -m apextrade.highlighting`, the licence, and the icon. */
function copies() {
  mkdirSync(join(here, 'syntaxes'), { recursive: true });
  copyFileSync(join(root, 'grammar', 'apx.tmLanguage.json'), join(here, 'syntaxes', 'apx.tmLanguage.json'));
  copyFileSync(join(root, 'LICENSE'), join(here, 'LICENSE'));
  writeFileSync(join(here, 'icon.png'), png());
}

function typecheck() {
  const done = spawnSync(process.execPath, [join(here, 'node_modules', 'typescript', 'bin', 'tsc'), '--noEmit', '--project', here], { stdio: 'inherit' });
  if (done.status !== 0) process.exit(done.status ?? 1);
}

switch (process.argv[2]) {
  case 'bundle':
    await bundle(false);
    copies();
    break;
  case 'test': {
    const env = { ...process.env, APX_EXTENSION: here };
    const done = spawnSync(process.execPath, ['--enable-source-maps', '--test', ...(await tests())], { stdio: 'inherit', env });
    process.exitCode = done.status ?? 1;
    break;
  }
  case 'package':
    typecheck();
    await bundle(true);
    copies();
    break;
  default:
    console.error('node build.mjs bundle | test | package');
    process.exit(2);
}
