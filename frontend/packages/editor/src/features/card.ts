// One card beside the cursor, for what the keyboard asks to see: it goes with Escape, an edit or a move of the cursor. Escape puts away what the mouse has asked for, too.

import { Prec, StateEffect, StateField } from "@codemirror/state";
import type { Extension } from "@codemirror/state";
import { closeHoverTooltips, keymap, showTooltip } from "@codemirror/view";
import type { Command, EditorView, Tooltip } from "@codemirror/view";

const setCard = StateEffect.define<Tooltip | null>();

const cardField = StateField.define<Tooltip | null>({
  create: () => null,
  update(card, transaction) {
    for (const effect of transaction.effects) if (effect.is(setCard)) return effect.value;
    return transaction.docChanged || transaction.selection ? null : card;
  },
  provide: (field) => showTooltip.from(field),
});

/** Shows a card over a place. */
export function openCard(view: EditorView, at: number, draw: () => HTMLElement): void {
  view.dispatch({ effects: setCard.of({ pos: at, above: true, create: () => ({ dom: draw() }) }) });
}

const closeCard: Command = (view) => {
  const card = view.state.field(cardField, false);
  // `hasHoverTooltips` says yes wherever there could be one (view 6.43): what is on the page counts.
  if (!card && !view.dom.querySelector(".cm-tooltip-hover")) return false;
  view.dispatch({ effects: [setCard.of(null), closeHoverTooltips] });
  return true;
};

export const cards: Extension = [cardField, Prec.high(keymap.of([{ key: "Escape", run: closeCard }]))];
