// Inlay hints: units, warm-ups and clocks in the text, which are no part of it.

import type { LSPClientExtension } from "@codemirror/lsp-client";
import { StateEffect, StateField } from "@codemirror/state";
import type { EditorState } from "@codemirror/state";
import { Decoration, EditorView, keymap, WidgetType } from "@codemirror/view";
import type { Command, DecorationSet } from "@codemirror/view";
import type * as lsp from "vscode-languageserver-protocol";
import { offsetAt, placeAt } from "../protocol/positions";
import { standing } from "../protocol/standing";

const setHints = StateEffect.define<DecorationSet>();
const showHints = StateEffect.define<boolean>();

/** The text of a hint, whole or in parts. */
export function labelOf(hint: lsp.InlayHint): string {
  return typeof hint.label === "string" ? hint.label : hint.label.map(({ value }) => value).join("");
}

function tooltipOf(hint: lsp.InlayHint): string {
  const whole = hint.tooltip ?? (typeof hint.label === "string" ? undefined : hint.label.find((part) => part.tooltip)?.tooltip);
  return whole === undefined ? "" : typeof whole === "string" ? whole : whole.value;
}

class Hint extends WidgetType {
  constructor(
    private readonly text: string,
    private readonly tooltip: string,
    private readonly left: boolean,
    private readonly right: boolean,
  ) {
    super();
  }

  override eq(other: Hint): boolean {
    return other.text === this.text && other.tooltip === this.tooltip && other.left === this.left && other.right === this.right;
  }

  override toDOM(): HTMLElement {
    const span = document.createElement("span");
    span.className = `cm-apx-inlay${this.left ? " cm-apx-inlay-left" : ""}${this.right ? " cm-apx-inlay-right" : ""}`;
    span.textContent = this.text;
    span.setAttribute("aria-label", `hint: ${this.text.replace(/^[:\s]+|[:\s]+$/g, "")}`);
    span.setAttribute("role", "note");
    if (this.tooltip) span.title = this.tooltip;
    return span;
  }

  override ignoreEvent(): boolean {
    return false;
  }
}

const shownField = StateField.define<boolean>({
  create: () => true,
  update: (shown, transaction) => transaction.effects.reduce((now, effect) => (effect.is(showHints) ? effect.value : now), shown),
});

const hintField = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(hints, transaction) {
    for (const effect of transaction.effects) if (effect.is(setHints)) return effect.value;
    return transaction.docChanged ? hints.map(transaction.changes) : hints;
  },
  provide: (field) => EditorView.decorations.from(field, (hints) => hints),
});

/** Whether hints are shown. */
export function inlayHintsShown(state: EditorState): boolean {
  return state.field(shownField, false) ?? false;
}

/** Shows or hides the hints. */
export const toggleInlayHints: Command = (view) => {
  const shown = view.state.field(shownField, false);
  if (shown === undefined) return false;
  view.dispatch({ effects: showHints.of(!shown) });
  return true;
};

export function inlayHints(): LSPClientExtension {
  return {
    clientCapabilities: { textDocument: { inlayHint: {} }, workspace: { inlayHint: { refreshSupport: true } } },
    editorExtension: [
      shownField,
      hintField,
      EditorView.editorAttributes.compute([shownField], (state) => ({ class: state.field(shownField) ? "" : "cm-apx-no-inlays" })),
      keymap.of([{ key: "Mod-Alt-i", run: toggleInlayHints, preventDefault: true }]),
      standing<lsp.InlayHint[] | null>({
        provider: "inlayHintProvider",
        delay: 250,
        onScroll: true,
        refreshedBy: "inlayHint",
        ask: (client, uri, view) => {
          const { from, to } = view.viewport;
          const { doc } = view.state;
          return client.request("textDocument/inlayHint", { textDocument: { uri }, range: { start: placeAt(doc, from), end: placeAt(doc, to) } });
        },
        answered: (hints, view) =>
          setHints.of(
            Decoration.set(
              (hints ?? []).map((hint) => {
                const at = offsetAt(view.state.doc, hint.position);
                return Decoration.widget({ widget: new Hint(labelOf(hint), tooltipOf(hint), hint.paddingLeft ?? false, hint.paddingRight ?? false), side: 1 }).range(at);
              }),
              true,
            ),
          ),
        forgotten: () => setHints.of(Decoration.none),
      }),
    ],
  };
}
