// How far a line is indented and what can be folded, from the words that lines begin with: the layout of `apx fmt`, without a server.

import grammar from "./grammar.json";

const STATEMENTS: ReadonlySet<string> = new Set(grammar.words.statements);
const LINES: ReadonlySet<string> = new Set(grammar.words.lines);
const SETTINGS: ReadonlySet<string> = new Set(grammar.words.settings);
const ATTACHED: ReadonlySet<string> = new Set(grammar.words.attached);

/** Statements with lines under them, always; a `define` has them where no expression follows its name. */
const WITH_LINES: ReadonlySet<string> = new Set(["when", "every", "otherwise", "settings", "test"]);
/** Lines that others are attached to. */
const ORDERS: ReadonlySet<string> = new Set(["buy", "short", "protect"]);
const IN_DEFINE: ReadonlySet<string> = new Set(["let", "remember"]);
const OPEN_DEFINE = /^define\b.*\)\s*(?:#.*)?$/;

/** Lines are numbered from 1, as CodeMirror does. */
export type Lines = { readonly count: number; readonly line: (number: number) => string };

/** The word that a line begins with, '' where it begins with something else. */
export function leadingWord(line: string): string {
  return /^\s*([a-z_]+)(?![A-Za-z0-9_])/.exec(line)?.[1] ?? "";
}

/** Spaces before a line; null where only its author knows: what goes on from the line above. */
export function indentation(lines: Lines, number: number, text: string): number | null {
  const word = leadingWord(text);
  if (word === "") return text.trim() === "" ? indentationOfEmpty(lines, number) : null;
  const under = statementAbove(lines, number);
  if (IN_DEFINE.has(word) && under !== null && OPEN_DEFINE.test(under) && !givenSince(lines, number)) return 2;
  if (STATEMENTS.has(word) || word === "otherwise") return 0;
  if (ATTACHED.has(word)) return word === "hold" && /^\s*hold\s+top\b/.test(text) ? 2 : 4;
  if (LINES.has(word)) return 2;
  if (SETTINGS.has(word) && under !== null && leadingWord(under) === "settings") return 2;
  return null;
}

/** What is typed next under a line: one step further in after what has lines under it, else as far in as the line. */
function indentationOfEmpty(lines: Lines, number: number): number {
  for (let above = number - 1; above >= 1; above--) {
    const line = lines.line(above);
    if (line.trim() === "") return 0;
    const word = leadingWord(line);
    if (WITH_LINES.has(word) || OPEN_DEFINE.test(line)) return 2;
    if (ORDERS.has(word)) return 4;
    return /^\s*/.exec(line)?.[0].length ?? 0;
  }
  return 0;
}

/** The nearest statement that begins above a line and stands at its margin. */
function statementAbove(lines: Lines, number: number): string | null {
  for (let above = number - 1; above >= 1; above--) {
    const line = lines.line(above);
    if (STATEMENTS.has(leadingWord(line)) && !/^\s/.test(line)) return line;
  }
  return null;
}

function givenSince(lines: Lines, number: number): boolean {
  for (let above = number - 1; above >= 1; above--) {
    const word = leadingWord(lines.line(above));
    if (word === "give") return true;
    if (word === "define") return false;
  }
  return false;
}

/** The last line of what folds away under a line; null if nothing does. A statement folds to its last line, not over what is said of the next one. */
export function foldedTo(lines: Lines, number: number): number | null {
  const first = lines.line(number);
  const word = leadingWord(first);
  if (!STATEMENTS.has(word) && word !== "otherwise" && !ORDERS.has(word)) return null;
  const inside = ORDERS.has(word) ? (/^\s*/.exec(first)?.[0].length ?? 0) : /^\s/.test(first) ? Infinity : 0;
  let last: number | null = null;
  for (let below = number + 1; below <= lines.count; below++) {
    const line = lines.line(below);
    if (line.trim() === "") continue;
    if ((/^\s*/.exec(line)?.[0].length ?? 0) <= inside) break;
    last = below;
  }
  return last;
}
