// Everything that the language server gives to an editor, one row for each.

import { findReferencesKeymap, jumpToDefinitionKeymap, signatureHelp } from "@codemirror/lsp-client";
import type { LSPClientExtension } from "@codemirror/lsp-client";
import type { Extension } from "@codemirror/state";
import { keymap } from "@codemirror/view";
import { sendEdits } from "../protocol/sync";
import { codeActions } from "./actions";
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

export function features(): readonly (Extension | LSPClientExtension)[] {
  return [
    [sendEdits, menuField, noticeField, signatureHelp(), keymap.of([...jumpToDefinitionKeymap, ...findReferencesKeymap])],
    { clientCapabilities: { general: { positionEncodings: ["utf-16"] }, workspace: { configuration: true }, window: { showDocument: { support: true } } } },
    serverDiagnostics(),
    codeActions(),
    completing(),
    hovering(),
    renaming(),
    formatting(),
    inlayHints(),
    semanticTokens(),
    codeLenses(),
    documentHighlights(),
    serverFolding(),
  ];
}
