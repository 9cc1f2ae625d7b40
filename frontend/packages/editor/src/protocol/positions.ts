// Places of the protocol (line and UTF-16 column) and offsets of CodeMirror. Its strings count in UTF-16 units too, so columns need no conversion.

import type { Text } from "@codemirror/state";
import type * as lsp from "vscode-languageserver-protocol";

/** The offset of a place. Past the end of a line is its end, past the last line the end of the text. */
export function offsetAt(doc: Text, place: lsp.Position): number {
  if (place.line < 0) return 0;
  if (place.line >= doc.lines) return doc.length;
  const line = doc.line(place.line + 1);
  return line.from + Math.max(0, Math.min(place.character, line.length));
}

export function placeAt(doc: Text, offset: number): lsp.Position {
  const line = doc.lineAt(Math.max(0, Math.min(offset, doc.length)));
  return { line: line.number - 1, character: Math.min(offset, doc.length) - line.from };
}

export function spanOf(doc: Text, range: lsp.Range): { readonly from: number; readonly to: number } {
  const from = offsetAt(doc, range.start);
  return { from, to: Math.max(from, offsetAt(doc, range.end)) };
}

export function rangeOf(doc: Text, from: number, to: number): lsp.Range {
  return { start: placeAt(doc, from), end: placeAt(doc, to) };
}
