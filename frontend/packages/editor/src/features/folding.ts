// Folding by the server's ranges; where it has none for a line, the language folds by its words (language/index.ts).

import type { LSPClientExtension } from "@codemirror/lsp-client";
import { codeFolding, foldGutter, foldKeymap, foldService } from "@codemirror/language";
import { Prec, StateEffect, StateField } from "@codemirror/state";
import { keymap } from "@codemirror/view";
import type * as lsp from "vscode-languageserver-protocol";
import { standing } from "../protocol/standing";

type Fold = { readonly from: number; readonly to: number };
const setFolds = StateEffect.define<readonly Fold[]>();

const foldField = StateField.define<readonly Fold[]>({
  create: () => [],
  update(folds, transaction) {
    for (const effect of transaction.effects) if (effect.is(setFolds)) return effect.value;
    return transaction.docChanged ? folds.map(({ from, to }) => ({ from: transaction.changes.mapPos(from), to: transaction.changes.mapPos(to) })) : folds;
  },
});

export function serverFolding(): LSPClientExtension {
  return {
    clientCapabilities: { textDocument: { foldingRange: { lineFoldingOnly: true } }, workspace: { foldingRange: { refreshSupport: true } } },
    editorExtension: [
      foldField,
      Prec.high(foldService.of((state, from, to) => state.field(foldField).find((fold) => fold.from >= from && fold.from <= to && fold.to > to) ?? null)),
      codeFolding(),
      foldGutter(),
      keymap.of(foldKeymap),
      standing<lsp.FoldingRange[] | null>({
        provider: "foldingRangeProvider",
        delay: 500,
        refreshedBy: "foldingRange",
        ask: (client, uri) => client.request("textDocument/foldingRange", { textDocument: { uri } }),
        answered: (ranges, view) => {
          const { doc } = view.state;
          const folds = (ranges ?? []).filter(({ startLine, endLine }) => endLine > startLine && endLine < doc.lines).map(({ startLine, endLine }) => ({ from: doc.line(startLine + 1).to, to: doc.line(endLine + 1).to }));
          return setFolds.of(folds);
        },
        forgotten: () => setFolds.of([]),
      }),
    ],
  };
}
