// Renaming: every place of a name at once, in every open document, or nowhere.

import type { LSPClientExtension } from "@codemirror/lsp-client";
import { getDialog, keymap, showDialog } from "@codemirror/view";
import type { Command, EditorView } from "@codemirror/view";
import type * as lsp from "vscode-languageserver-protocol";
import { applyEdit, textsNow } from "../protocol/edits";
import { placeAt, spanOf } from "../protocol/positions";
import { asked } from "../protocol/standing";
import { say } from "./notices";

const PANEL = "cm-apx-rename";

export const rename: Command = (view) => {
  const who = asked(view);
  if (!who?.client.serverCapabilities?.renameProvider) return false;
  void begin(view);
  return true;
};

async function begin(view: EditorView): Promise<void> {
  const who = asked(view);
  if (!who) return;
  const { client, uri } = who;
  const { doc, selection } = view.state;
  const position = placeAt(doc, selection.main.head);
  const open = getDialog(view, PANEL)?.dom.querySelector<HTMLInputElement>("[name=name]");
  if (open) return open.select();
  try {
    client.sync();
    const name = await nameAt(view, position);
    if (name === null) return say(view, "info", "What stands here has no name of its own.");
    const { close, result } = showDialog(view, { label: `New name of ${name}`, input: { name: "name", value: name }, focus: true, submitLabel: "Rename", class: PANEL });
    const form = await result;
    view.dispatch({ effects: close });
    view.focus();
    const wanted = (form?.elements.namedItem("name") as HTMLInputElement | null | undefined)?.value.trim() ?? "";
    if (wanted === "" || wanted === name) return;
    if (view.state.doc !== doc) return say(view, "warning", "Nothing was renamed. The text has changed meanwhile.");
    const texts = textsNow(client);
    const edit = await client.request<lsp.RenameParams, lsp.WorkspaceEdit | null>("textDocument/rename", { textDocument: { uri }, position, newName: wanted });
    if (!edit) return say(view, "info", "Nothing was renamed.");
    const done = applyEdit(client, edit, texts, "rename");
    say(view, done.applied ? "done" : "warning", done.applied ? `${name} is now ${wanted}.` : `Nothing was renamed. ${done.reason}`);
  } catch (error) {
    say(view, "warning", `Nothing was renamed. ${error instanceof Error ? error.message : String(error)}`);
  }
}

/** The name at a place, as the server sees it where it can say, else the word; null for nothing that can be renamed. */
async function nameAt(view: EditorView, position: lsp.Position): Promise<string | null> {
  const who = asked(view);
  const word = view.state.wordAt(view.state.selection.main.head);
  const provider = who?.client.serverCapabilities?.renameProvider;
  if (!who || typeof provider !== "object" || !provider.prepareProvider) return word ? view.state.sliceDoc(word.from, word.to) : null;
  const found = await who.client.request<lsp.PrepareRenameParams, lsp.PrepareRenameResult | null>("textDocument/prepareRename", { textDocument: { uri: who.uri }, position });
  if (!found) return null;
  if ("placeholder" in found) return found.placeholder;
  if ("defaultBehavior" in found) return word ? view.state.sliceDoc(word.from, word.to) : null;
  const { from, to } = spanOf(view.state.doc, found);
  return view.state.sliceDoc(from, to);
}

export function renaming(): LSPClientExtension {
  return {
    clientCapabilities: { textDocument: { rename: { prepareSupport: true } } },
    editorExtension: keymap.of([{ key: "F2", run: rename, preventDefault: true }]),
  };
}
