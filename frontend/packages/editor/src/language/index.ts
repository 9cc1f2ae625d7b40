// The language in CodeMirror: colours, comments, brackets, indentation and folding, all without a server.

import { foldService, HighlightStyle, indentService, LanguageSupport, StreamLanguage, syntaxHighlighting } from "@codemirror/language";
import type { StringStream } from "@codemirror/language";
import type { EditorState, Text } from "@codemirror/state";
import { tags } from "@lezer/highlight";
import type { Tag } from "@lezer/highlight";
import grammar from "./grammar.json";
import { foldedTo, indentation } from "./layout";
import type { Lines } from "./layout";
import { colours } from "../theme/colours";
import type { Colour } from "../theme/colours";
import { tokensAt } from "./tokens";
import type { Token } from "./tokens";

/** What each scope of the grammar is to CodeMirror, and the colour it has. */
export const SCOPES: readonly { scope: string; name: string; tag: Tag; colour: Colour }[] = [
  { scope: "comment.line.documentation.apx", name: "apxDocumentation", tag: tags.docComment, colour: "documentation" },
  { scope: "comment.line.number-sign.apx", name: "apxComment", tag: tags.lineComment, colour: "comment" },
  { scope: "string.quoted.double.apx", name: "apxText", tag: tags.string, colour: "text" },
  { scope: "constant.numeric.duration.apx", name: "apxDuration", tag: tags.literal, colour: "number" },
  { scope: "constant.numeric.apx", name: "apxNumber", tag: tags.number, colour: "number" },
  { scope: "keyword.other.unit.apx", name: "apxUnit", tag: tags.unit, colour: "unit" },
  { scope: "keyword.control.apx", name: "apxKeyword", tag: tags.keyword, colour: "keyword" },
  { scope: "constant.language.apx", name: "apxConstant", tag: tags.bool, colour: "number" },
  { scope: "keyword.operator.word.apx", name: "apxWord", tag: tags.operatorKeyword, colour: "keyword" },
  { scope: "support.function.apx", name: "apxLibrary", tag: tags.standard(tags.function(tags.variableName)), colour: "function" },
  { scope: "entity.name.function.apx", name: "apxFunction", tag: tags.function(tags.variableName), colour: "function" },
  { scope: "variable.language.apx", name: "apxMarket", tag: tags.standard(tags.variableName), colour: "market" },
  { scope: "variable.other.apx", name: "apxName", tag: tags.variableName, colour: "name" },
  { scope: "keyword.operator.comparison.apx", name: "apxComparison", tag: tags.compareOperator, colour: "sign" },
  { scope: "keyword.operator.assignment.apx", name: "apxAssignment", tag: tags.definitionOperator, colour: "sign" },
  { scope: "keyword.operator.range.apx", name: "apxRange", tag: tags.operator, colour: "sign" },
  { scope: "keyword.operator.arithmetic.apx", name: "apxArithmetic", tag: tags.arithmeticOperator, colour: "sign" },
  { scope: "punctuation.accessor.apx", name: "apxDot", tag: tags.derefOperator, colour: "sign" },
  { scope: "punctuation.apx", name: "apxPunctuation", tag: tags.punctuation, colour: "sign" },
];

const NAMES: ReadonlyMap<string, string> = new Map(SCOPES.map(({ scope, name }) => [scope, name]));

/** Tokens of the line that a rule found together and that are still to be given. */
type State = { waiting: readonly Token[] };

function nextToken(stream: StringStream, state: State): string | null {
  const first = state.waiting[0];
  if (first) {
    if (first.from > stream.pos) {
      stream.pos = first.from;
      return null;
    }
    stream.pos = first.to;
    state.waiting = state.waiting.slice(1);
    return NAMES.get(first.scope) ?? null;
  }
  const { tokens, end } = tokensAt(stream.string, stream.pos);
  if (tokens.length === 0) {
    stream.pos = end;
    return null;
  }
  state.waiting = tokens;
  return nextToken(stream, state);
}

export const apxLanguage = StreamLanguage.define<State>({
  name: "apx",
  startState: () => ({ waiting: [] }),
  copyState: (state) => ({ waiting: state.waiting }),
  token: (stream, state) => {
    if (stream.sol()) state.waiting = [];
    return nextToken(stream, state);
  },
  tokenTable: Object.fromEntries(SCOPES.map(({ name, tag }) => [name, tag])),
  languageData: {
    commentTokens: { line: "#" },
    closeBrackets: { brackets: ["(", "[", '"'] },
    indentOnInput: new RegExp(`^\\s*(?:${[...grammar.words.statements, ...grammar.words.lines].join("|")})\\s$`),
    wordChars: "_",
  },
});

const highlighting = (["light", "dark"] as const).map((mode) =>
  syntaxHighlighting(
    HighlightStyle.define(
      SCOPES.map(({ tag, colour }) => ({ tag, color: colours[mode][colour], ...(colour === "keyword" ? { fontWeight: "600" } : {}), ...(colour === "comment" || colour === "documentation" ? { fontStyle: "italic" } : {}) })),
      { themeType: mode },
    ),
  ),
);

function linesOf(doc: Text): Lines {
  return { count: doc.lines, line: (number) => doc.line(number).text };
}

/** The language, to be put among the extensions of an editor. */
export function apx(): LanguageSupport {
  return new LanguageSupport(apxLanguage, [
    ...highlighting,
    indentService.of((context, pos) => {
      const { doc } = context.state;
      const line = doc.lineAt(pos);
      const asked = context.lineAt(pos, -1);
      const simulated = context.simulatedBreak;
      if (simulated !== null && simulated >= line.from && simulated <= line.to) {
        const above = doc.sliceString(line.from, simulated);
        const lines: Lines = { count: line.number + 1, line: (number) => (number === line.number ? above : doc.line(number).text) };
        return indentation(lines, line.number + 1, context.lineAt(pos, 1).text);
      }
      return indentation(linesOf(doc), line.number, asked.text);
    }),
    foldService.of((state, from) => folded(state, from)),
  ]);
}

/** What folds at a line by its words alone; the server's ranges, where there is one, come first (features/folding.ts). */
function folded(state: EditorState, from: number): { from: number; to: number } | null {
  const line = state.doc.lineAt(from);
  const last = foldedTo(linesOf(state.doc), line.number);
  return last === null ? null : { from: line.to, to: state.doc.line(last).to };
}
