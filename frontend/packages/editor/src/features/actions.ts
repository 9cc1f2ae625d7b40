// Code actions: a light in the gutter where something can be mended, a menu of what can be done (Mod-.), each done as one edit that one undo takes back.

import type { LSPClientExtension } from "@codemirror/lsp-client";
import { RangeSet, StateEffect, StateField } from "@codemirror/state";
import type { Extension, Text } from "@codemirror/state";
import { EditorView, GutterMarker, gutter, keymap } from "@codemirror/view";
import type { Command } from "@codemirror/view";
import type * as lsp from "vscode-languageserver-protocol";
import type { ApxClient } from "../protocol/client";
import { applyEdit, textsNow } from "../protocol/edits";
import { rangeOf } from "../protocol/positions";
import { asked, passing, standing } from "../protocol/standing";
import { placedDiagnostics } from "./diagnostics";
import { openMenu } from "./menu";
import { say } from "./notices";

/** An action, and the texts it was offered for. */
export type Offered = { readonly action: lsp.CodeAction | lsp.Command; readonly texts: ReadonlyMap<string, Text> };

/** What a server can do between two places, the preferred first. */
async function offeredAt(client: ApxClient, view: EditorView, from: number, to: number, only: readonly string[] | null): Promise<readonly Offered[]> {
  const who = asked(view);
  if (!who || !client.serverCapabilities?.codeActionProvider) return [];
  client.sync();
  const texts = textsNow(client);
  const { doc } = view.state;
  const diagnostics = view.state.field(placedDiagnostics, false)?.filter((one) => one.from <= to && one.to >= from).map(({ diagnostic }) => diagnostic) ?? [];
  const actions = await client.request<lsp.CodeActionParams, (lsp.CodeAction | lsp.Command)[] | null>("textDocument/codeAction", {
    textDocument: { uri: who.uri },
    range: rangeOf(doc, from, to),
    context: { diagnostics, triggerKind: 1, ...(only ? { only: [...only] } : {}) },
  });
  const preferred = (action: lsp.CodeAction | lsp.Command): number => ("isPreferred" in action && action.isPreferred ? 0 : 1);
  return (actions ?? [])
    .filter((action) => !("disabled" in action && action.disabled))
    .sort((a, b) => preferred(a) - preferred(b))
    .map((action) => ({ action, texts }));
}

/** The fixes of one diagnostic. */
export async function fixesOf(client: ApxClient, view: EditorView, diagnostic: lsp.Diagnostic): Promise<readonly Offered[]> {
  const placed = view.state.field(placedDiagnostics, false)?.find((one) => one.diagnostic === diagnostic);
  if (!placed) return [];
  try {
    const all = await offeredAt(client, view, placed.from, placed.to, ["quickfix"]);
    return all.filter(({ action }) => mends(action, diagnostic));
  } catch (error) {
    if (!passing(error)) console.warn("[apx]", error);
    return [];
  }
}

/** Whether an action is for a diagnostic; one that names none may be for any. */
function mends(action: lsp.CodeAction | lsp.Command, diagnostic: lsp.Diagnostic): boolean {
  if (!("diagnostics" in action) || !action.diagnostics?.length) return true;
  return action.diagnostics.some((one) => one.code === diagnostic.code && one.range.start.line === diagnostic.range.start.line && one.range.start.character === diagnostic.range.start.character);
}

/** Does what was offered, if the text is still the one that it was offered for. */
export async function perform(view: EditorView, { action, texts }: Offered): Promise<void> {
  const client = asked(view)?.client;
  if (!client) return;
  try {
    let whole = action;
    if (!isCommand(whole) && !whole.edit && whole.data !== undefined) whole = await client.request<lsp.CodeAction, lsp.CodeAction>("codeAction/resolve", whole);
    const command = isCommand(whole) ? whole : whole.command;
    if (!isCommand(whole) && whole.edit) {
      const done = applyEdit(client, whole.edit, texts, "input.fix");
      if (!done.applied) return say(view, "warning", `“${action.title}” was not done. ${done.reason}`);
      say(view, "done", action.title);
    }
    if (command) await client.ask("workspace/executeCommand", { command: command.command, arguments: command.arguments }, 0);
  } catch (error) {
    say(view, "warning", `“${action.title}” was not done. ${error instanceof Error ? error.message : String(error)}`);
  }
}

function isCommand(action: lsp.CodeAction | lsp.Command): action is lsp.Command {
  return typeof (action as lsp.Command).command === "string";
}

/** Opens the menu of what can be done at the cursor or with what is selected. */
export const showActions: Command = (view) => {
  const client = asked(view)?.client;
  if (!client) return false;
  const { main } = view.state.selection;
  const line = view.state.doc.lineAt(main.head);
  const here = view.state.field(placedDiagnostics, false)?.filter((one) => one.from <= line.to && one.to >= line.from) ?? [];
  // With nothing selected, what is wrong anywhere on the line can be mended from anywhere on it.
  const around = main.empty ? here.filter((one) => one.from <= main.head && one.to >= main.head) : [];
  const nearest = main.empty && around.length === 0 ? here[0] : undefined;
  const from = nearest?.from ?? main.from;
  const to = nearest?.to ?? main.to;
  const { doc } = view.state;
  offeredAt(client, view, from, to, null).then(
    (offered) => {
      if (view.state.doc !== doc) return;
      if (offered.length === 0) return say(view, "info", "Nothing can be done here.");
      openMenu(view, {
        label: "What can be done here",
        at: from,
        choices: offered.map((one) => ({ label: one.action.title, run: () => void perform(view, one) })),
      });
    },
    (error: unknown) => say(view, "warning", error instanceof Error ? error.message : String(error)),
  );
  return true;
};

// ---------------------------------------------------------------- the light

const setLight = StateEffect.define<number | null>();

class Light extends GutterMarker {
  override toDOM(view: EditorView): Node {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "cm-apx-light";
    button.title = "Fixes for this line (Ctrl+. or ⌘.)";
    button.setAttribute("aria-label", "Fixes for this line");
    button.append(bulb());
    button.tabIndex = -1; // The key is Mod-.: the gutter is not part of the way through the page.
    button.addEventListener("mousedown", (event) => {
      event.preventDefault();
      showActions(view);
    });
    return button;
  }
}

/** A light bulb in the colour of the button. Drawn, since not every machine has a font with one. */
function bulb(): SVGElement {
  const SVG = "http://www.w3.org/2000/svg";
  const picture = document.createElementNS(SVG, "svg");
  for (const [name, value] of Object.entries({ viewBox: "0 0 16 16", width: "14", height: "14", fill: "none", stroke: "currentColor", "stroke-width": "1.5", "stroke-linecap": "round", "stroke-linejoin": "round", "aria-hidden": "true" })) picture.setAttribute(name, value);
  const path = picture.appendChild(document.createElementNS(SVG, "path"));
  path.setAttribute("d", "M6 11.5 C6 9.6 3.5 9 3.5 6 A4.5 4.5 0 0 1 12.5 6 C12.5 9 10 9.6 10 11.5 Z M6.3 14 H9.7");
  return picture;
}

const light = new Light();

/** The offset of the line with the light; null for none. */
const lightField = StateField.define<number | null>({
  create: () => null,
  update(at, transaction) {
    for (const effect of transaction.effects) if (effect.is(setLight)) return effect.value;
    return at !== null && transaction.docChanged ? transaction.newDoc.lineAt(transaction.changes.mapPos(at)).from : at;
  },
});

const lightGutter: Extension = [
  lightField,
  gutter({
    class: "cm-apx-lights",
    markers: (view) => {
      const at = view.state.field(lightField);
      return at === null || at > view.state.doc.length ? RangeSet.empty : RangeSet.of([light.range(view.state.doc.lineAt(at).from)]);
    },
    initialSpacer: () => light,
  }),
  standing<boolean>({
    provider: "codeActionProvider",
    delay: 200,
    onSelection: true,
    ask: async (client, _uri, view) => {
      const line = view.state.doc.lineAt(view.state.selection.main.head);
      const here = view.state.field(placedDiagnostics).filter((one) => one.from <= line.to && one.to >= line.from);
      if (here.length === 0) return false;
      const offered = await offeredAt(client, view, line.from, line.to, ["quickfix"]);
      return offered.length > 0;
    },
    answered: (any, view) => setLight.of(any ? view.state.doc.lineAt(view.state.selection.main.head).from : null),
    forgotten: () => setLight.of(null),
  }),
];

export function codeActions(): LSPClientExtension {
  return {
    clientCapabilities: {
      textDocument: {
        codeAction: {
          codeActionLiteralSupport: { codeActionKind: { valueSet: ["", "quickfix", "refactor", "refactor.extract", "refactor.inline", "refactor.rewrite", "source", "source.fixAll", "source.organizeImports"] } },
          isPreferredSupport: true,
          disabledSupport: true,
          dataSupport: true,
          resolveSupport: { properties: ["edit", "command"] },
        },
      },
      workspace: { applyEdit: true, workspaceEdit: { documentChanges: true }, executeCommand: {} },
    },
    editorExtension: [lightGutter, keymap.of([{ key: "Mod-.", run: showActions, preventDefault: true }])],
  };
}
