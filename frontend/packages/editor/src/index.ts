// What the package offers to a page.

import { autocompletion, closeBrackets, closeBracketsKeymap, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap } from "@codemirror/commands";
import { bracketMatching, codeFolding, foldGutter, foldKeymap, indentOnInput, indentUnit } from "@codemirror/language";
import { highlightSelectionMatches, searchKeymap } from "@codemirror/search";
import { EditorState } from "@codemirror/state";
import type { Extension } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, highlightActiveLineGutter, keymap, lineNumbers, rectangularSelection } from "@codemirror/view";
import { features } from "./features";
import { apx } from "./language";
import { unseenCharacters } from "./language/unseen";
import { ApxClient } from "./protocol/client";
import type { Host } from "./protocol/client";

export { apx, apxLanguage } from "./language";
export { showActions } from "./features/actions";
export { placedDiagnostics } from "./features/diagnostics";
export { format } from "./features/formatting";
export { showHover } from "./features/hovering";
export { inlayHintsShown, toggleInlayHints } from "./features/inlays";
export { showLenses } from "./features/lenses";
export { showSignature } from "./features/signatures";
export { rename } from "./features/renaming";
export { ApxClient } from "./protocol/client";
export type { Host, Refreshed } from "./protocol/client";
export { Connection } from "./protocol/connection";
export type { Options, Status } from "./protocol/connection";
export { RequestFailed } from "./protocol/requests";
export { appearance, colours } from "./theme";
export type { Mode } from "./theme";

/** An editor for programs as such: colours, indentation, brackets, history, search. label: what screen readers call it. */
export function editing(label: string): Extension {
  return [
    lineNumbers(),
    highlightActiveLineGutter(),
    unseenCharacters,
    history(),
    drawSelection(),
    EditorState.allowMultipleSelections.of(true),
    rectangularSelection(),
    indentUnit.of("  "),
    indentOnInput(),
    bracketMatching(),
    closeBrackets(),
    highlightActiveLine(),
    highlightSelectionMatches(),
    EditorView.contentAttributes.of({ "aria-label": label, "aria-multiline": "true", spellcheck: "false", autocapitalize: "off", autocorrect: "off" }),
    apx(),
    keymap.of([...closeBracketsKeymap, ...completionKeymap, ...searchKeymap, ...historyKeymap, ...defaultKeymap]),
  ];
}

/** Folding by the words of the language, for an editor without a server. */
export function localFolding(): Extension {
  return [codeFolding(), foldGutter(), keymap.of(foldKeymap), autocompletion({ override: [] })];
}

/** A client of the language server, with all its features. Give `client.plugin(uri, "apx")` to each editor, and the client to a `Connection`. */
export function languageClient(host: Host = {}, initializationOptions?: unknown): ApxClient {
  return new ApxClient(host, features(), initializationOptions);
}
