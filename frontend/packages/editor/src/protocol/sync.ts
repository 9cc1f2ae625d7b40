// Edits go to the server at once, as one message for all that were made in a turn of the page.

import { ViewPlugin } from "@codemirror/view";
import type { EditorView, ViewUpdate } from "@codemirror/view";
import { asked } from "./standing";

export const sendEdits = ViewPlugin.fromClass(
  class {
    private due = false;

    constructor(private readonly view: EditorView) {}

    update(update: ViewUpdate): void {
      if (!update.docChanged || this.due) return;
      this.due = true;
      queueMicrotask(() => {
        this.due = false;
        asked(this.view)?.client.sync();
      });
    }
  },
);
