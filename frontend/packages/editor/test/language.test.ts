// The language without a server: tokens, indentation, folding, and colours that can be read.

import assert from "node:assert/strict";
import { test } from "node:test";
import { getIndentation, foldable } from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import { highlightTree, tagHighlighter } from "@lezer/highlight";
import { apx, apxLanguage, SCOPES } from "../src/language";
import grammar from "../src/language/grammar.json";
import { foldedTo, indentation } from "../src/language/layout";
import { tokensOf } from "../src/language/tokens";
import { colours } from "../src/theme/colours";

const PROGRAM = `apx 1

## Buys strength.
strategy "Golden cross"

settings
  capital 100_000 USD
  limit daily_loss 5%

define spread(a, n = 14 bars)
  let mean = sma(a, n)
  give a - mean

when close > sma(close, 20)
  buy risking 1% of equity
    stop loss at entry - 2 * atr(14)
    take profit at 3 R
  notify "up"
otherwise
  exit position

let quick = sma(close, 5)
`;

const lines = (text: string) => {
  const all = text.split("\n");
  return { count: all.length, line: (number: number) => all[number - 1] ?? "" };
};

test("a line is cut into the scopes of the grammar", () => {
  const line = `  stop loss at entry - 2.5 * atr(14 bars)  # far`;
  assert.deepEqual(
    tokensOf(line).map(({ from, to, scope }) => [line.slice(from, to).trim(), scope.replace(".apx", "")]),
    [
      ["stop loss", "keyword.control"], ["at", "keyword.operator.word"], ["entry", "variable.language"], ["-", "keyword.operator.arithmetic"],
      ["2.5", "constant.numeric"], ["*", "keyword.operator.arithmetic"], ["atr", "support.function"], ["(", "punctuation"], ["14", "constant.numeric"],
      ["bars", "keyword.other.unit"], [")", "punctuation"], ["# far", "comment.line.number-sign"],
    ],
  );
});

test("every scope of the grammar has a colour, and every colour's scope is in the grammar", () => {
  const used = new Set(grammar.rules.flatMap((rule) => ("groups" in rule ? (rule.groups ?? []) : [rule.scope])));
  assert.deepEqual([...used].sort(), SCOPES.map(({ scope }) => scope).sort());
});

test("CodeMirror's tree holds the same tokens as the cutter", () => {
  const tree = apxLanguage.parser.parse(PROGRAM);
  const marked: [string, string][] = [];
  const highlighter = tagHighlighter(SCOPES.map(({ tag, name }) => ({ tag, class: name })));
  highlightTree(tree, highlighter, (from, to, name) => marked.push([PROGRAM.slice(from, to).trim(), name]));
  const cut = PROGRAM.split("\n").flatMap((line) => tokensOf(line).map(({ from, to, scope }) => [line.slice(from, to).trim(), SCOPES.find((row) => row.scope === scope)?.name]));
  // CodeMirror joins neighbours of one colour; apart from that, text by text they are the same.
  const joined = (parts: readonly (readonly [string, string | undefined] | (string | undefined)[])[]) => parts.map(([text, name]) => `${name}:${text}`).join(" ").replace(/ (\w+):/g, "\n$1:").split("\n");
  const merged: string[] = [];
  for (const part of joined(cut as [string, string][])) {
    const [name = "", text = ""] = [part.slice(0, part.indexOf(":")), part.slice(part.indexOf(":") + 1)];
    merged.push(`${name}:${text}`);
  }
  const flat = (parts: readonly string[]) => parts.join("").replace(/\w+:/g, "").replace(/\s/g, "");
  assert.equal(flat(joined(marked)), flat(merged));
  for (const { name } of SCOPES) assert.equal(marked.some(([, one]) => one === name), cut.some(([, one]) => one === name), name);
});

test("every line of a program in canonical layout is indented as it stands", () => {
  const all = lines(PROGRAM);
  PROGRAM.split("\n").forEach((line, index) => {
    const asked = indentation(all, index + 1, line);
    if (line.trim() !== "" && asked !== null) assert.equal(asked, line.length - line.trimStart().length, line);
  });
});

test("Enter after an order stands where what is attached to it goes, and under a rule where actions go", () => {
  const state = EditorState.create({ doc: PROGRAM, extensions: [apx()] });
  const after = (text: string) => {
    const at = PROGRAM.indexOf(text) + text.length;
    return [at, state] as const;
  };
  for (const [text, wanted] of [["buy risking 1% of equity", 4], ["when close > sma(close, 20)", 2], ["take profit at 3 R", 4], ["settings", 2], ["n = 14 bars)", 2], ["let quick = sma(close, 5)", 0]] as const) {
    const [at] = after(text);
    const grown = EditorState.create({ doc: `${PROGRAM.slice(0, at)}\n${PROGRAM.slice(at)}`, extensions: [apx()] });
    assert.equal(getIndentation(grown, at + 1), wanted, text);
  }
});

test("a statement folds to its last line, an order to what is attached to it", () => {
  const all = lines(PROGRAM);
  const line = (text: string) => PROGRAM.split("\n").findIndex((one) => one.startsWith(text)) + 1;
  assert.equal(foldedTo(all, line("when")), line("  notify"));
  assert.equal(foldedTo(all, line("  buy")), line("    take"));
  assert.equal(foldedTo(all, line("settings")), line("  limit"));
  assert.equal(foldedTo(all, line("let quick")), null);
  const state = EditorState.create({ doc: PROGRAM, extensions: [apx()] });
  const when = state.doc.line(line("when"));
  assert.deepEqual(foldable(state, when.from, when.to), { from: when.to, to: state.doc.line(line("  notify")).to });
});

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16) / 255).map((c) => (c <= 0.03928 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4));
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

test("letters have a contrast of 4.5 to 1 or better on everything they stand on", () => {
  const letters = ["letters", "quiet", "gutter", "button", "comment", "documentation", "text", "number", "unit", "keyword", "function", "market", "name", "sign", "input", "state", "error", "warning", "info", "good"] as const;
  for (const mode of ["light", "dark"] as const)
    for (const name of letters)
      for (const back of ["background", "panel", "activeLine", "highlight"] as const) {
        const [low = 0, high = 0] = [luminance(colours[mode][name]), luminance(colours[mode][back])].sort((a, b) => a - b);
        const contrast = (high + 0.05) / (low + 0.05);
        assert.ok(contrast >= 4.5, `${mode}: ${name} on ${back} is ${contrast.toFixed(2)}`);
      }
});
