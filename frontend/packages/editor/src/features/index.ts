// Everything that the language server gives to an editor, one row for each.

import { findReferencesKeymap, jumpToDefinitionKeymap } from "@codemirror/lsp-client";
import type { LSPClientExtension } from "@codemirror/lsp-client";
import type { Extension } from "@codemirror/state";
import { keymap } from "@codemirror/view";
import { sendEdits } from "../protocol/sync";
import { codeActions } from "./actions";
import { cards } from "./card";
import { completing } from "./completing";
import { serverDiagnostics } from "./diagnostics";
import { serverFolding } from "./folding";
import { formatting } from "./formatting";
import { documentHighlights } from "./highlights";
import { hovering } from "./hovering";
import { inlayHints } from "./inlays";
import { codeLenses } from "./lenses";
import { menuField } from "./menu";
import { noticeField } from "./notices";
import { renaming } from "./renaming";
import { semanticTokens } from "./semantic";
import { signatures } from "./signatures";

export function features(): readonly (Extension | LSPClientExtension)[] {
  return [
    [sendEdits, menuField, noticeField, cards, keymap.of([...jumpToDefinitionKeymap, ...findReferencesKeymap])],
    { clientCapabilities: { general: { positionEncodings: ["utf-16"] }, workspace: { configuration: true }, window: { showDocument: { support: true } } } },
    // The plain client says that it asks for diagnostics, which it does not: what `toJSON` leaves out is not said.
    { clientCapabilities: { textDocument: { diagnostic: { toJSON: () => undefined } } } },
    serverDiagnostics(),
    codeActions(),
    completing(),
    hovering(),
    renaming(),
    signatures(),
    formatting(),
    inlayHints(),
    semanticTokens(),
    codeLenses(),
    documentHighlights(),
    serverFolding(),
  ];
}
