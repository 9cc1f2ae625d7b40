// What the server's commands answer, checked before it is used.

/** A program's test: its title, with a number where one comes again, as the server tells them apart. */
export type Test = { readonly name: string; readonly line: number };

/** The tests in a text: as the language has it, `test "…"` first on its line. */
export function testsIn(text: string): readonly Test[] {
  const seen = new Map<string, number>();
  return text.split(/\r\n|\r|\n/).flatMap((line, at) => {
    const title = /^[ \t]*test[ \t]+"([^"]*)"/.exec(line)?.[1];
    if (title === undefined) return [];
    const times = (seen.get(title) ?? 0) + 1;
    seen.set(title, times);
    return [{ name: times === 1 ? title : `${title} #${times}`, line: at }];
  });
}

export type Answer<T> = { readonly kind: 'answer'; readonly value: T } | { readonly kind: 'wrong'; readonly reason: string };

/** The file of a report. */
export function reportPath(answer: unknown): Answer<string> {
  const path = field(answer, 'path');
  if (typeof path === 'string' && path !== '') return { kind: 'answer', value: path };
  return { kind: 'wrong', reason: reasonOf(answer) ?? 'the server named no file' };
}

/** One line of what came out of a backtest or of tests. */
export function summary(answer: unknown): Answer<string> {
  const text = field(answer, 'title');
  if (typeof text === 'string' && text !== '') return { kind: 'answer', value: text };
  return { kind: 'wrong', reason: reasonOf(answer) ?? 'the server gave no result' };
}

function reasonOf(answer: unknown): string | undefined {
  const reason = field(answer, 'error');
  return typeof reason === 'string' && reason !== '' ? reason : undefined;
}

function field(answer: unknown, name: string): unknown {
  return typeof answer === 'object' && answer !== null && name in answer ? (answer as Record<string, unknown>)[name] : undefined;
}

/** What an error says, whatever was thrown. */
export function said(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
