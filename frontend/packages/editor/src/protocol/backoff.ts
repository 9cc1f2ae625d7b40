// How long to wait before the next attempt to connect.

export type Backoff = { readonly first: number; readonly most: number };

export const USUAL: Backoff = { first: 250, most: 15_000 };

/** Milliseconds before attempt number `failed` + 1. Twice as long each time, up to `most`; of that, half is left to chance, so that the clients of a server that was started again do not all come at once. */
export function pause(failed: number, { first, most }: Backoff, chance: () => number): number {
  const whole = Math.min(most, first * 2 ** Math.min(Math.max(failed - 1, 0), 30));
  return Math.round(whole / 2 + (whole / 2) * chance());
}
