// The settings of the extension as the server takes them. It says itself what can't be meant in them, so they go to it as they were written.

/** What the server is told; the rest of the section is the extension's own. */
export const DEFAULTS = { defaultData: '', units: true, parameters: true, lints: {} } as const;

export type ServerSettings = Readonly<Record<keyof typeof DEFAULTS, unknown>>;

/** Reads the settings. `get` gives what the user wrote, whatever its type, or undefined. */
export function read(get: (name: string) => unknown): ServerSettings {
  return { defaultData: get('defaultData'), units: get('units'), parameters: get('parameters'), lints: get('lints') };
}
