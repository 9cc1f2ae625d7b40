// Which `apx` is started, with which arguments; or where it was looked for in vain.
import { posix, win32 } from 'node:path';

/** What this machine and its folders are like. `exists`: whether a path is a file that can be run. */
export type Surroundings = {
  readonly windows: boolean;
  readonly home: string;
  readonly path: string;
  readonly folders: readonly string[];
  readonly trusted: boolean;
  readonly exists: (path: string) => boolean;
};

export type Found =
  | { readonly kind: 'found'; readonly command: string; readonly from: 'setting' | 'folder' | 'path' }
  | { readonly kind: 'wrong setting'; readonly setting: string; readonly looked: readonly string[] }
  | { readonly kind: 'nowhere'; readonly looked: readonly string[]; readonly untrusted: boolean };

/** Finds the command: the setting alone where there is one, else the environment of the folder, else PATH. */
export function find(setting: string, around: Surroundings): Found {
  const { join, isAbsolute, delimiter } = around.windows ? win32 : posix;
  const name = around.windows ? 'apx.exe' : 'apx';
  const wanted = setting.trim();
  if (wanted !== '') {
    const looked = candidates(wanted, around).filter((path) => isAbsolute(path));
    const command = looked.find(around.exists);
    return command === undefined ? { kind: 'wrong setting', setting: wanted, looked } : { kind: 'found', command, from: 'setting' };
  }
  const scripts = around.windows ? 'Scripts' : 'bin';
  const own = around.trusted ? around.folders.flatMap((folder) => ['.venv', 'venv'].map((env) => join(folder, env, scripts, name))) : [];
  const inFolder = own.find(around.exists);
  if (inFolder !== undefined) return { kind: 'found', command: inFolder, from: 'folder' };
  // A relative part of PATH would be taken from whatever folder the editor was started in.
  const onPath = around.path.split(delimiter).filter((part) => isAbsolute(part)).map((part) => join(part, name));
  const command = onPath.find(around.exists);
  if (command !== undefined) return { kind: 'found', command, from: 'path' };
  return { kind: 'nowhere', looked: [...own, 'PATH'], untrusted: !around.trusted && around.folders.length > 0 };
}

/** The paths that a setting can mean: `~` and `${workspaceFolder}` filled in, a relative one in each folder. */
function candidates(setting: string, around: Surroundings): readonly string[] {
  const { join, isAbsolute } = around.windows ? win32 : posix;
  const home = /^~(?=[/\\]|$)/.test(setting) ? around.home + setting.slice(1) : setting;
  // What a folder brings along is not run before the user trusts it.
  const folders = around.trusted ? around.folders : [];
  if (home.includes('${workspaceFolder}')) return folders.map((folder) => home.replaceAll('${workspaceFolder}', folder));
  return isAbsolute(home) ? [home] : folders.map((folder) => join(folder, home));
}

/** The arguments of the server. */
export const SERVER_ARGUMENTS: readonly string[] = ['lsp', '--stdio'];
