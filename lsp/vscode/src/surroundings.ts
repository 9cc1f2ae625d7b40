// What this machine is like, read once for each search of the command.
import { accessSync, constants, statSync } from 'node:fs';
import { homedir } from 'node:os';
import type { Surroundings } from './launch';

export function surroundings(folders: readonly string[], trusted: boolean): Surroundings {
  return { windows: process.platform === 'win32', home: homedir(), path: process.env['PATH'] ?? '', folders, trusted, exists: runnable };
}

/** Whether a path is a file that may be run. */
export function runnable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}
