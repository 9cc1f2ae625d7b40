// What the server's commands answer, checked before it is used.

/** The names of a program's tests, in their order. */
export type Test = { readonly name: string; readonly line: number };

/** The tests in a text: as the language has it, `test "…"` first on its line. */
export function testsIn(text: string): readonly Test[] {
  return text.split(/\r\n|\r|\n/).flatMap((line, at) => {
    const name = /^[ \t]*test[ \t]+"([^"]*)"/.exec(line)?.[1];
    return name === undefined ? [] : [{ name, line: at }];
  });
}

export type Answer<T> = { readonly kind: 'answer'; readonly value: T } | { readonly kind: 'wrong'; readonly reason: string };

/** The file of a report. */
export function reportPath(answer: unknown): Answer<string> {
  const path = field(answer, 'path');
  if (typeof path === 'string' && path !== '') return { kind: 'answer', value: path };
  return { kind: 'wrong', reason: reasonOf(answer) ?? 'the server named no file' };
}

/** One line of what came out: of a backtest or of a test. */
export function summary(answer: unknown): Answer<string> {
  const text = field(answer, 'title') ?? field(answer, 'summary');
  if (typeof text === 'string' && text !== '') return { kind: 'answer', value: text };
  return { kind: 'wrong', reason: reasonOf(answer) ?? 'the server gave no result' };
}

function reasonOf(answer: unknown): string | undefined {
  const reason = field(answer, 'error') ?? field(answer, 'message');
  return typeof reason === 'string' && reason !== '' ? reason : undefined;
}

function field(answer: unknown, name: string): unknown {
  return typeof answer === 'object' && answer !== null && name in answer ? (answer as Record<string, unknown>)[name] : undefined;
}

/** What an error says, whatever was thrown. */
export function said(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
