// What the server knows of a word: for the mouse when it rests, for the keyboard with Mod-k Mod-i, which also reads it out.

import { LSPPlugin } from "@codemirror/lsp-client";
import type { LSPClientExtension } from "@codemirror/lsp-client";
import { StateEffect, StateField } from "@codemirror/state";
import { hoverTooltip, keymap, showTooltip } from "@codemirror/view";
import type { Command, EditorView, Tooltip } from "@codemirror/view";
import type * as lsp from "vscode-languageserver-protocol";
import { placeAt, spanOf } from "../protocol/positions";
import { asked, passing } from "../protocol/standing";
import { say } from "./notices";

const setCard = StateEffect.define<Tooltip | null>();

const cardField = StateField.define<Tooltip | null>({
  create: () => null,
  update(card, transaction) {
    for (const effect of transaction.effects) if (effect.is(setCard)) return effect.value;
    return transaction.docChanged || transaction.selection ? null : card;
  },
  provide: (field) => showTooltip.from(field),
});

function markdownOf(contents: lsp.Hover["contents"]): string {
  if (Array.isArray(contents)) return contents.map(markdownOf).join("\n\n");
  if (typeof contents === "string") return contents;
  return "language" in contents ? `\`\`\`${contents.language}\n${contents.value}\n\`\`\`` : contents.value;
}

function cardOf(view: EditorView, from: number, to: number, markdown: string, aloud: boolean): Tooltip {
  return {
    pos: from,
    end: to,
    above: true,
    create: () => {
      const dom = document.createElement("div");
      dom.className = "cm-lsp-hover-tooltip cm-lsp-documentation";
      if (aloud) dom.setAttribute("role", "status");
      dom.innerHTML = LSPPlugin.get(view)?.docToHTML({ kind: "markdown", value: markdown }) ?? "";
      return { dom };
    },
  };
}

/** What is known of the word under the mouse. Without a connection it is nothing: the page says elsewhere that there is none. */
async function underMouse(view: EditorView, at: number): Promise<Tooltip | null> {
  const who = asked(view);
  if (!who?.client.online || !who.client.serverCapabilities?.hoverProvider) return null;
  const { doc } = view.state;
  who.client.sync();
  try {
    const hover = await who.client.request<lsp.HoverParams, lsp.Hover | null>("textDocument/hover", { textDocument: { uri: who.uri }, position: placeAt(doc, at) });
    if (!hover || view.state.doc !== doc) return null;
    const { from, to } = hover.range ? spanOf(doc, hover.range) : { from: at, to: at };
    return cardOf(view, from, to, markdownOf(hover.contents), false);
  } catch (error) {
    if (!passing(error)) console.warn("[apx]", error);
    return null;
  }
}

/** Shows what is known of the word at the cursor. */
export const showHover: Command = (view) => {
  const who = asked(view);
  if (!who?.client.serverCapabilities?.hoverProvider) return false;
  const { head } = view.state.selection.main;
  const { doc } = view.state;
  who.client.sync();
  who.client.request<lsp.HoverParams, lsp.Hover | null>("textDocument/hover", { textDocument: { uri: who.uri }, position: placeAt(doc, head) }).then(
    (hover) => {
      if (view.state.doc !== doc) return;
      if (!hover) return say(view, "info", "Nothing more is known of what stands here.");
      view.dispatch({ effects: setCard.of(cardOf(view, head, head, markdownOf(hover.contents), true)) });
    },
    (error: unknown) => say(view, "warning", error instanceof Error ? error.message : String(error)),
  );
  return true;
};

const closeHover: Command = (view) => {
  if (!view.state.field(cardField, false)) return false;
  view.dispatch({ effects: setCard.of(null) });
  return true;
};

export function hovering(): LSPClientExtension {
  return {
    editorExtension: [
      cardField,
      hoverTooltip(underMouse, { hideOn: (transaction) => transaction.docChanged, hoverTime: 300 }),
      keymap.of([
        { key: "Mod-k Mod-i", run: showHover, preventDefault: true },
        { key: "Escape", run: closeHover },
      ]),
    ],
  };
}
