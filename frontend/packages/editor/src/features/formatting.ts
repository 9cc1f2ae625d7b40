// The layout of `apx fmt`, for the whole text or for what is selected. Edits for a text that has changed meanwhile are not made.

import type { LSPClientExtension } from "@codemirror/lsp-client";
import { keymap } from "@codemirror/view";
import type { Command } from "@codemirror/view";
import type * as lsp from "vscode-languageserver-protocol";
import { applyEdit, textsNow } from "../protocol/edits";
import { rangeOf } from "../protocol/positions";
import { asked } from "../protocol/standing";
import { say } from "./notices";

export const format: Command = (view) => {
  const who = asked(view);
  if (!who) return false;
  const { client, uri } = who;
  const { main } = view.state.selection;
  const options: lsp.FormattingOptions = { tabSize: 2, insertSpaces: true };
  client.sync();
  const texts = textsNow(client);
  const part = !main.empty && client.serverCapabilities?.documentRangeFormattingProvider;
  const answer = part
    ? client.request<lsp.DocumentRangeFormattingParams, lsp.TextEdit[] | null>("textDocument/rangeFormatting", { textDocument: { uri }, options, range: rangeOf(view.state.doc, main.from, main.to) })
    : client.request<lsp.DocumentFormattingParams, lsp.TextEdit[] | null>("textDocument/formatting", { textDocument: { uri }, options });
  answer.then(
    (edits) => {
      if (!edits || edits.length === 0) return say(view, "info", "The layout is as it should be, or a line cannot be read yet.");
      const done = applyEdit(client, { changes: { [uri]: edits } }, texts, "format");
      if (!done.applied) say(view, "warning", `Nothing was laid out. ${done.reason}`);
    },
    (error: unknown) => say(view, "warning", error instanceof Error ? error.message : String(error)),
  );
  return true;
};

export function formatting(): LSPClientExtension {
  return {
    clientCapabilities: { textDocument: { formatting: {}, rangeFormatting: {} } },
    editorExtension: keymap.of([{ key: "Shift-Alt-f", run: format, preventDefault: true }]),
  };
}
