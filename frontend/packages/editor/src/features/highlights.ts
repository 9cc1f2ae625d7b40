// The other places of the name at the cursor: quiet where it is read, stronger where it is given its value.

import type { LSPClientExtension } from "@codemirror/lsp-client";
import { StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView } from "@codemirror/view";
import type { DecorationSet } from "@codemirror/view";
import type * as lsp from "vscode-languageserver-protocol";
import { placeAt, spanOf } from "../protocol/positions";
import { standing } from "../protocol/standing";

const setHighlights = StateEffect.define<DecorationSet>();
const read = Decoration.mark({ class: "cm-apx-read" });
const written = Decoration.mark({ class: "cm-apx-write" });

const highlightField = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, transaction) {
    for (const effect of transaction.effects) if (effect.is(setHighlights)) return effect.value;
    return transaction.docChanged ? Decoration.none : marks;
  },
  provide: (field) => EditorView.decorations.from(field),
});

export function documentHighlights(): LSPClientExtension {
  return {
    clientCapabilities: { textDocument: { documentHighlight: {} } },
    editorExtension: [
      highlightField,
      standing<lsp.DocumentHighlight[] | null>({
        provider: "documentHighlightProvider",
        delay: 120,
        onSelection: true,
        ask: (client, uri, view) => client.request("textDocument/documentHighlight", { textDocument: { uri }, position: placeAt(view.state.doc, view.state.selection.main.head) }),
        answered: (found, view) => {
          const marks = (found ?? []).map(({ range, kind }) => ({ ...spanOf(view.state.doc, range), mark: kind === 3 ? written : read })).filter(({ from, to }) => to > from);
          return setHighlights.of(Decoration.set(marks.map(({ from, to, mark }) => mark.range(from, to)), true));
        },
        forgotten: () => setHighlights.of(Decoration.none),
      }),
    ],
  };
}
