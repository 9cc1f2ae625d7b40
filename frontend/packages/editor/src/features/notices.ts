// Short words to the user about what was or was not done: shown under the text, and read out by screen readers.

import { StateEffect, StateField } from "@codemirror/state";
import { EditorView, showPanel } from "@codemirror/view";
import type { Panel } from "@codemirror/view";
import { prose, spoken } from "./prose";

export type Level = "info" | "warning" | "done";
type Notice = { readonly level: Level; readonly text: string };

const setNotice = StateEffect.define<Notice | null>();
const LONG = 6_000;
const A_LETTER = 50;

export const noticeField = StateField.define<Notice | null>({
  create: () => null,
  update(notice, transaction) {
    for (const effect of transaction.effects) if (effect.is(setNotice)) return effect.value;
    return notice;
  },
  provide: (field) => showPanel.from(field, (notice) => (notice ? () => panelOf(notice) : null)),
});

/** Shows a notice for as long as it takes to read it; a newer one takes its place. */
export function say(view: EditorView, level: Level, text: string): void {
  const notice: Notice = { level, text };
  view.dispatch({ effects: level === "warning" ? setNotice.of(notice) : [setNotice.of(notice), EditorView.announce.of(spoken(text))] });
  setTimeout(() => {
    if (view.dom.isConnected && view.state.field(noticeField, false) === notice) view.dispatch({ effects: setNotice.of(null) });
  }, LONG + A_LETTER * text.length);
}

function panelOf({ level, text }: Notice): Panel {
  const dom = document.createElement("div");
  dom.className = `cm-apx-notice cm-apx-notice-${level}`;
  if (level === "warning") dom.setAttribute("role", "alert"); // the rest is announced without haste
  dom.append(prose(text));
  return { dom };
}
