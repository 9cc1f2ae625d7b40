// The server's diagnostics: squiggles, marks in the gutter, and a message that holds its code, what it refers to, and its fixes as buttons.

import { LSPPlugin } from "@codemirror/lsp-client";
import type { LSPClientExtension } from "@codemirror/lsp-client";
import { lintGutter, lintKeymap, nextDiagnostic, previousDiagnostic, setDiagnostics } from "@codemirror/lint";
import type { Diagnostic } from "@codemirror/lint";
import { StateEffect, StateField } from "@codemirror/state";
import type { Text } from "@codemirror/state";
import { activateHover, EditorView, keymap } from "@codemirror/view";
import type { Command } from "@codemirror/view";
import type * as lsp from "vscode-languageserver-protocol";
import type { ApxClient } from "../protocol/client";
import { offsetAt } from "../protocol/positions";
import { fixesOf, perform } from "./actions";
import type { Offered } from "./actions";
import { say } from "./notices";
import { prose, spoken } from "./prose";

/** A diagnostic as the server sent it, and where it is now. */
export type Placed = { readonly from: number; readonly to: number; readonly diagnostic: lsp.Diagnostic };

const placeDiagnostics = StateEffect.define<readonly Placed[]>();

export const placedDiagnostics = StateField.define<readonly Placed[]>({
  create: () => [],
  update(placed, transaction) {
    for (const effect of transaction.effects) if (effect.is(placeDiagnostics)) return effect.value;
    if (!transaction.docChanged) return placed;
    return placed.map(({ from, to, diagnostic }) => ({ from: transaction.changes.mapPos(from, 1), to: transaction.changes.mapPos(to, -1), diagnostic })).map((one) => (one.to < one.from ? { ...one, to: one.from } : one));
  },
});

function severityOf(severity: lsp.DiagnosticSeverity | undefined): Diagnostic["severity"] {
  switch (severity) {
    case 2:
      return "warning";
    case 3:
      return "info";
    case 4:
      return "hint";
    default:
      return "error";
  }
}

/** The extension of the client: hears diagnostics, and says what of them is understood. */
export function serverDiagnostics(): LSPClientExtension {
  return {
    clientCapabilities: {
      textDocument: {
        publishDiagnostics: { versionSupport: true, relatedInformation: true, codeDescriptionSupport: true, dataSupport: true, tagSupport: { valueSet: [1, 2] } },
      },
    },
    notificationHandlers: {
      "textDocument/publishDiagnostics": (client, params: lsp.PublishDiagnosticsParams) => {
        const file = client.workspace.getFile(params.uri);
        const view = file?.getView();
        // What is about an older text is passed over: the server is on its way with the newest.
        if (file && view && (params.version === undefined || params.version === file.version)) show(client as ApxClient, view, params.diagnostics);
        return true;
      },
    },
    editorExtension: [placedDiagnostics, lintGutter(), keymap.of([{ key: "F8", run: goTo(nextDiagnostic) }, { key: "Shift-F8", run: goTo(previousDiagnostic) }, ...lintKeymap])],
  };
}

/** Goes to a problem, whose message CodeMirror then shows, and says it to the ear; Mod-. then offers what mends it. */
function goTo(move: Command): Command {
  return (view) => {
    if (view.state.field(placedDiagnostics).length === 0) {
      say(view, "info", "There is no problem.");
      return true;
    }
    if (!move(view)) {
      // The only one is where the cursor is: it is said again.
      view.dispatch({ selection: { anchor: view.state.selection.main.from } });
      move(view);
    }
    const { from, to } = view.state.selection.main;
    const here = view.state.field(placedDiagnostics).find((one) => one.from === from && one.to === to) ?? view.state.field(placedDiagnostics).find((one) => one.from <= from && one.to >= from);
    if (here) view.dispatch({ effects: EditorView.announce.of(`${severityOf(here.diagnostic.severity)}: ${spoken(messageOf(here.diagnostic))}`) });
    return true;
  };
}

/** The text for which each editor shows what it shows. */
const shownFor = new WeakMap<EditorView, Text>();

function show(client: ApxClient, view: EditorView, diagnostics: readonly lsp.Diagnostic[]): void {
  const plugin = LSPPlugin.get(view);
  if (!plugin) return;
  const { syncedDoc, unsyncedChanges } = plugin;
  const placed = diagnostics.map((diagnostic) => {
    const from = unsyncedChanges.mapPos(offsetAt(syncedDoc, diagnostic.range.start), 1);
    return { from, to: Math.max(from, unsyncedChanges.mapPos(offsetAt(syncedDoc, diagnostic.range.end), -1)), diagnostic };
  });
  // The same once more would only close the message that is being read.
  if (shownFor.get(view) === view.state.doc && JSON.stringify(placed) === JSON.stringify(view.state.field(placedDiagnostics))) return;
  shownFor.set(view, view.state.doc);
  const { main } = view.state.selection;
  const read = !main.empty && view.dom.querySelector(".cm-tooltip-hover .cm-tooltip-lint") !== null && placed.some(({ from, to }) => from === main.from && to === main.to);
  const shown = placed.map(
    (one): Diagnostic => ({
      from: one.from,
      to: one.to,
      severity: severityOf(one.diagnostic.severity),
      message: messageOf(one.diagnostic),
      renderMessage: (where) => drawn(client, where, one.diagnostic),
      ...(one.diagnostic.tags?.includes(1) ? { markClass: "cm-apx-unnecessary" } : {}),
    }),
  );
  view.dispatch(setDiagnostics(view.state, shown), { effects: placeDiagnostics.of(placed) });
  if (read) activateHover(view, main.from, 1, { until: (transaction) => transaction.docChanged || transaction.selection !== undefined });
}

function messageOf({ message }: lsp.Diagnostic): string {
  return typeof message === "string" ? message : (message as lsp.MarkupContent).value;
}

/** The message as it is shown. Its fixes are asked for when it is looked at, so that they are those of the text as it then is. */
function drawn(client: ApxClient, view: EditorView, diagnostic: lsp.Diagnostic): HTMLElement {
  const whole = document.createElement("div");
  whole.className = "cm-apx-message";
  const first = whole.appendChild(document.createElement("div"));
  first.append(prose(messageOf(diagnostic)));
  if (diagnostic.code !== undefined) first.append(" ", codeOf(diagnostic));
  for (const related of diagnostic.relatedInformation ?? []) whole.append(relatedOf(view, related));
  const fixes = whole.appendChild(document.createElement("div"));
  fixes.className = "cm-apx-fixes";
  void fixesOf(client, view, diagnostic).then((offered) => {
    fixes.append(...offered.map((one) => buttonOf(view, one)));
    if (offered.length > 0) view.requestMeasure();
  });
  return whole;
}

function codeOf(diagnostic: lsp.Diagnostic): Node {
  const href = diagnostic.codeDescription?.href ?? "";
  const code = document.createElement(/^https?:/.test(href) ? "a" : "span");
  code.className = "cm-apx-code";
  code.textContent = String(diagnostic.code);
  if (code instanceof HTMLAnchorElement) {
    code.href = href;
    code.target = "_blank";
    code.rel = "noreferrer";
  }
  return code;
}

function relatedOf(view: EditorView, related: lsp.DiagnosticRelatedInformation): Node {
  const line = document.createElement("div");
  line.className = "cm-apx-related";
  const here = related.location.uri === LSPPlugin.get(view)?.uri;
  if (!here) {
    line.append(prose(related.message));
    return line;
  }
  const button = line.appendChild(document.createElement("button"));
  button.type = "button";
  button.append(`line ${related.location.range.start.line + 1}: `, prose(related.message));
  button.addEventListener("click", () => {
    view.dispatch({ selection: { anchor: offsetAt(view.state.doc, related.location.range.start) }, scrollIntoView: true });
    view.focus();
  });
  return line;
}

function buttonOf(view: EditorView, offered: Offered): Node {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "cm-apx-fix";
  button.append(prose(offered.action.title));
  button.addEventListener("click", () => {
    void perform(view, offered);
    view.focus();
  });
  return button;
}
