// Edits that a server asks for, made whole or not at all: one transaction for each document, so that one undo takes them back.

import type { ChangeSpec, Text } from "@codemirror/state";
import type * as lsp from "vscode-languageserver-protocol";
import type { ApxClient } from "./client";
import { spanOf } from "./positions";

export type Outcome = { readonly applied: true } | { readonly applied: false; readonly reason: string };

/** Edits of one text, as CodeMirror makes them; null if two of them overlap, which no order of making them can mean. */
export function changesOf(doc: Text, edits: readonly lsp.TextEdit[]): ChangeSpec[] | null {
  const spans = edits.map((edit, index) => ({ ...spanOf(doc, edit.range), insert: edit.newText, index }));
  spans.sort((a, b) => a.from - b.from || a.to - b.to || a.index - b.index);
  let end = 0;
  for (const span of spans) {
    if (span.from < end) return null;
    end = span.to;
  }
  return spans.map(({ from, to, insert }) => ({ from, to, insert }));
}

/** The edits of each document of a workspace edit; null where it would also make, move or delete files, which an editor in a page cannot. */
export function editsByDocument(edit: lsp.WorkspaceEdit): { uri: string; version: number | null; edits: lsp.TextEdit[] }[] | null {
  if (!edit.documentChanges) return Object.entries(edit.changes ?? {}).map(([uri, edits]) => ({ uri, version: null, edits }));
  const all: { uri: string; version: number | null; edits: lsp.TextEdit[] }[] = [];
  for (const change of edit.documentChanges) {
    if (!("textDocument" in change)) return null;
    const edits: lsp.TextEdit[] = [];
    for (const one of change.edits) {
      if (!("newText" in one)) return null;
      edits.push(one);
    }
    all.push({ uri: change.textDocument.uri, version: change.textDocument.version, edits });
  }
  return all;
}

/** Makes a workspace edit. unchanged: texts that must still be what they were when the server was asked. */
export function applyEdit(client: ApxClient, edit: lsp.WorkspaceEdit, unchanged: ReadonlyMap<string, Text>, userEvent: string): Outcome {
  const documents = editsByDocument(edit);
  if (!documents) return { applied: false, reason: "It would make, move or delete files, which cannot be done here." };
  const planned: { uri: string; changes: ChangeSpec[] }[] = [];
  for (const { uri, version, edits } of documents) {
    const file = client.workspace.getFile(uri);
    const view = file?.getView();
    if (!file || !view) {
      if (edits.length === 0) continue;
      return { applied: false, reason: `It would also change ${uri}, which is not open here.` };
    }
    const before = unchanged.get(uri);
    if ((before && before !== view.state.doc) || (version !== null && version !== file.version)) return { applied: false, reason: "The text has changed meanwhile." };
    const changes = changesOf(view.state.doc, edits);
    if (!changes) return { applied: false, reason: "The server's edits overlap." };
    if (changes.length > 0) planned.push({ uri, changes });
  }
  for (const { uri, changes } of planned) client.workspace.updateFile(uri, { changes, userEvent, scrollIntoView: false });
  return { applied: true };
}

/** The texts of all open documents as they are now. */
export function textsNow(client: ApxClient): ReadonlyMap<string, Text> {
  const texts = new Map<string, Text>();
  for (const file of client.workspace.files) {
    const view = file.getView();
    if (view) texts.set(file.uri, view.state.doc);
  }
  return texts;
}
