// The settings of the extension as the server takes them.

export type Level = 'off' | 'info' | 'warning' | 'error';
export const LEVELS: readonly Level[] = ['off', 'info', 'warning', 'error'];

export type ServerSettings = {
  readonly lineLength: number;
  readonly defaultData: string;
  readonly units: boolean;
  readonly lints: Readonly<Record<string, Level>>;
};

export const DEFAULTS: ServerSettings = { lineLength: 100, defaultData: '', units: true, lints: {} };
export const SHORTEST_LINE = 40;
export const LONGEST_LINE = 400;

/** What of the settings can't be meant, in words for the output channel; the defaults stand in for it. */
export type Read = { readonly settings: ServerSettings; readonly problems: readonly string[] };

/** Reads the settings. `get` gives what the user wrote, whatever its type, or undefined. */
export function read(get: (name: string) => unknown): Read {
  const problems: string[] = [];
  const settings = {
    lineLength: lineLength(get('lineLength'), problems),
    defaultData: text(get('defaultData'), problems),
    units: truth(get('units'), problems),
    lints: lints(get('lints'), problems),
  };
  return { settings, problems };
}

function lineLength(value: unknown, problems: string[]): number {
  if (value === undefined) return DEFAULTS.lineLength;
  if (typeof value === 'number' && Number.isInteger(value) && value >= SHORTEST_LINE && value <= LONGEST_LINE) return value;
  problems.push(`apx.lineLength takes a whole number from ${SHORTEST_LINE} to ${LONGEST_LINE}; this is ${JSON.stringify(value)}.`);
  return DEFAULTS.lineLength;
}

function text(value: unknown, problems: string[]): string {
  if (value === undefined) return DEFAULTS.defaultData;
  if (typeof value === 'string') return value.trim();
  problems.push(`apx.defaultData takes a text; this is ${JSON.stringify(value)}.`);
  return DEFAULTS.defaultData;
}

function truth(value: unknown, problems: string[]): boolean {
  if (value === undefined) return DEFAULTS.units;
  if (typeof value === 'boolean') return value;
  problems.push(`apx.units takes true or false; this is ${JSON.stringify(value)}.`);
  return DEFAULTS.units;
}

function lints(value: unknown, problems: string[]): Record<string, Level> {
  if (value === undefined) return {};
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    problems.push(`apx.lints takes codes with their levels, such as {"W0310": "off"}; this is ${JSON.stringify(value)}.`);
    return {};
  }
  const found: Record<string, Level> = {};
  for (const [code, level] of Object.entries(value)) {
    const known = LEVELS.find((one) => one === level);
    if (!/^W[0-9]{4}$/.test(code)) problems.push(`apx.lints takes codes of warnings such as W0310; this is ${JSON.stringify(code)}.`);
    else if (known === undefined) problems.push(`apx.lints takes ${LEVELS.join(', ')} for ${code}; this is ${JSON.stringify(level)}.`);
    else found[code] = known;
  }
  return found;
}
