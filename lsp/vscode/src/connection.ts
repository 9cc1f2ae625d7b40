// How client and server meet: the process, and what the client tells it first. The editor and the tests build both here.
import { SERVER_ARGUMENTS } from './launch';
import type { ServerSettings } from './settings';

export const LANGUAGE = 'apx';
export const CLIENT_ID = 'apx';
export const CLIENT_NAME = 'ApexTrade';
/** The section of the configuration that the server asks for and is told of. */
export const SECTION = 'apx';

/** The server's commands. Their first argument is a program's uri; the second of TEST is the name of one. */
export const BACKTEST = 'apx.backtest';
export const TEST = 'apx.test';
export const REPORT = 'apx.report';

export type Process = { readonly command: string; readonly args: string[]; readonly options: { readonly cwd?: string; readonly env: NodeJS.ProcessEnv } };

/** The server's process. It starts in the folder, so that data named by a relative path is found there. */
export function processOf(command: string, folder: string | undefined, env: NodeJS.ProcessEnv): Process {
  // Python writes its error output at once and in UTF-8, whatever the terminal of the editor is.
  const environment = { ...env, PYTHONUNBUFFERED: '1', PYTHONUTF8: '1' };
  return { command, args: [...SERVER_ARGUMENTS], options: folder === undefined ? { env: environment } : { cwd: folder, env: environment } };
}

/** Documents that are the server's: files, and new ones not saved yet. */
export const DOCUMENTS: { language: string; scheme: string }[] = [
  { language: LANGUAGE, scheme: 'file' },
  { language: LANGUAGE, scheme: 'untitled' },
];

/** What the server learns at the start, before it asks for the configuration. */
export function initializationOptions(settings: ServerSettings): ServerSettings {
  return settings;
}

/** The answer to `workspace/configuration`: one for each item asked, null where the section is not ours. */
export function configuration(items: readonly { readonly section?: string }[], settings: ServerSettings): (ServerSettings | null)[] {
  return items.map((item) => (item.section === SECTION ? settings : null));
}
