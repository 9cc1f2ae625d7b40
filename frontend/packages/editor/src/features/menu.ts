// A menu at a place of the text, for the mouse and the keyboard: arrows, Home, End, a letter, Enter, Escape.

import { StateEffect, StateField } from "@codemirror/state";
import { EditorView, showTooltip } from "@codemirror/view";
import type { Tooltip, TooltipView } from "@codemirror/view";
import { prose } from "./prose";

export type Choice = { readonly label: string; readonly run: () => void };
export type Menu = { readonly label: string; readonly at: number; readonly choices: readonly Choice[] };

const setMenu = StateEffect.define<Menu | null>();

/** A menu goes when the text or the selection changes: its choices are about what was there. */
export const menuField = StateField.define<Tooltip | null>({
  create: () => null,
  update(open, transaction) {
    for (const effect of transaction.effects) if (effect.is(setMenu)) return effect.value && tooltipOf(effect.value);
    return transaction.docChanged || transaction.selection ? null : open;
  },
  provide: (field) => showTooltip.from(field),
});

export function openMenu(view: EditorView, menu: Menu): void {
  view.dispatch({ effects: setMenu.of(menu) });
}

export function closeMenu(view: EditorView): void {
  view.dispatch({ effects: setMenu.of(null) });
  view.focus();
}

function tooltipOf(menu: Menu): Tooltip {
  return { pos: menu.at, above: false, create: (view) => drawn(view, menu) };
}

function drawn(view: EditorView, { label, choices }: Menu): TooltipView {
  const dom = document.createElement("div");
  dom.className = "cm-apx-menu";
  dom.setAttribute("role", "menu");
  dom.setAttribute("aria-label", label);
  const items = choices.map((choice) => {
    const item = dom.appendChild(document.createElement("button"));
    item.type = "button";
    item.setAttribute("role", "menuitem");
    item.tabIndex = -1;
    item.append(prose(choice.label));
    item.addEventListener("click", () => {
      closeMenu(view);
      choice.run();
    });
    return item;
  });
  const go = (index: number): void => items[(index + items.length) % items.length]?.focus();
  dom.addEventListener("keydown", (event) => {
    const at = items.findIndex((item) => item === dom.ownerDocument.activeElement);
    switch (event.key) {
      case "ArrowDown":
        go(at + 1);
        break;
      case "ArrowUp":
        go(at - 1);
        break;
      case "Home":
        go(0);
        break;
      case "End":
        go(-1);
        break;
      case "Escape":
      case "Tab":
        closeMenu(view);
        break;
      default: {
        const letter = event.key.toLowerCase();
        const next = [...items.keys()].map((step) => (at + 1 + step) % items.length).find((index) => event.key.length === 1 && choices[index]?.label.toLowerCase().startsWith(letter));
        if (next === undefined) return;
        go(next);
      }
    }
    event.preventDefault();
    event.stopPropagation();
  });
  dom.addEventListener("focusout", (event) => {
    if (event.relatedTarget instanceof Node && dom.contains(event.relatedTarget)) return;
    queueMicrotask(() => {
      if (view.state.field(menuField, false)) view.dispatch({ effects: setMenu.of(null) });
    });
  });
  return { dom, mount: () => setTimeout(() => go(0)) };
}
