// What the extension says to its user: the fact, then what to do.
import type { Found } from './launch';

/** A message with the buttons under it. */
export type Message = { readonly text: string; readonly buttons: readonly Button[] };
export type Button = 'Open Settings' | 'How to Install' | 'Trust This Folder' | 'Show Output' | 'Restart Server';

/** Why there is no server, and what to do. */
export function notFound(found: Exclude<Found, { kind: 'found' }>): Message {
  switch (found.kind) {
    case 'wrong setting':
      return {
        text:
          found.looked.length > 0
            ? `The setting apx.path names ${found.setting}, and there is no command at ${found.looked.join(' or ')}. Set it to the apx command of your installation, or leave it empty.`
            : `The setting apx.path names ${found.setting}, which needs an open folder that you trust. Set it to a whole path, or leave it empty.`,
        buttons: ['Open Settings'],
      };
    case 'nowhere':
      return found.untrusted
        ? {
            text: 'The apx command was not found on PATH, and the .venv of a folder is used only once you trust the folder. Trust it, or set apx.path.',
            buttons: ['Trust This Folder', 'Open Settings'],
          }
        : {
            text: `The apx command was not found (looked for: ${found.looked.join(', ')}). Install ApexTrade into the .venv of this folder, or set apx.path. Until then programs are coloured but not checked.`,
            buttons: ['How to Install', 'Open Settings'],
          };
    default: {
      const never: never = found;
      return never;
    }
  }
}

/** The command is there and ended before it was a server. */
export function didNotStart(command: string, reason: string): Message {
  return {
    text: `${command} lsp --stdio did not start: ${reason.replace(/\.$/, '')}. The output says more; an apx without the command lsp is too old, or lacks the extra "lsp".`,
    buttons: ['Show Output', 'Open Settings'],
  };
}

/** What the server answered to a command of the extension, if it went wrong. */
export function failed(what: string, reason: string): Message {
  return { text: `${what}: ${reason}`, buttons: ['Show Output'] };
}

export function noServer(): Message {
  return { text: 'The language server is not running. Restart it; the output says why it ended.', buttons: ['Restart Server', 'Show Output'] };
}

export function noFile(): Message {
  return { text: 'Open an .apx file first.', buttons: [] };
}

export function noTests(): Message {
  return { text: 'This file has no tests. Type test "…" to write one.', buttons: [] };
}
