// What the server knows of a word: for the mouse when it rests, for the keyboard with Mod-k Mod-i, which also reads it out.

import { LSPPlugin } from "@codemirror/lsp-client";
import type { LSPClientExtension } from "@codemirror/lsp-client";
import { EditorView, hoverTooltip, keymap } from "@codemirror/view";
import type { Command, Tooltip } from "@codemirror/view";
import type * as lsp from "vscode-languageserver-protocol";
import { placeAt, spanOf } from "../protocol/positions";
import { asked, passing } from "../protocol/standing";
import { openCard } from "./card";
import { say } from "./notices";

function markdownOf(contents: lsp.Hover["contents"]): string {
  if (Array.isArray(contents)) return contents.map(markdownOf).join("\n\n");
  if (typeof contents === "string") return contents;
  return "language" in contents ? `\`\`\`${contents.language}\n${contents.value}\n\`\`\`` : contents.value;
}

function drawn(view: EditorView, markdown: string): HTMLElement {
  const dom = document.createElement("div");
  dom.className = "cm-lsp-hover-tooltip cm-lsp-documentation";
  dom.tabIndex = 0;
  dom.innerHTML = LSPPlugin.get(view)?.docToHTML({ kind: "markdown", value: markdown }) ?? "";
  return dom;
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
    return { pos: from, end: to, above: true, create: () => ({ dom: drawn(view, markdownOf(hover.contents)) }) };
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
      const dom = drawn(view, markdownOf(hover.contents));
      openCard(view, head, () => dom);
      view.dispatch({ effects: EditorView.announce.of(dom.textContent ?? "") });
    },
    (error: unknown) => say(view, "warning", error instanceof Error ? error.message : String(error)),
  );
  return true;
};

export function hovering(): LSPClientExtension {
  return {
    editorExtension: [
      hoverTooltip(underMouse, { hideOn: (transaction) => transaction.docChanged, hoverTime: 300 }),
      keymap.of([{ key: "Mod-k Mod-i", run: showHover, preventDefault: true }]),
    ],
  };
}
