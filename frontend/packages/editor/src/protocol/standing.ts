// A question that is asked again whenever its answer may be another: after edits, moves of the cursor, a new connection, or the server's own word.

import { LSPPlugin } from "@codemirror/lsp-client";
import { ViewPlugin } from "@codemirror/view";
import type { EditorView, ViewUpdate } from "@codemirror/view";
import type { Extension, StateEffect } from "@codemirror/state";
import type * as lsp from "vscode-languageserver-protocol";
import type { ApxClient, Refreshed } from "./client";
import { RequestFailed } from "./requests";

export type Question<Answer> = {
  readonly provider: keyof lsp.ServerCapabilities;
  /** Milliseconds of quiet before it is asked. */
  readonly delay: number;
  readonly ask: (client: ApxClient, uri: string, view: EditorView) => Promise<Answer>;
  /** What an answer does to the editor; null for nothing. It is about the very text that the editor holds. */
  readonly answered: (answer: Answer, view: EditorView) => StateEffect<unknown> | null;
  /** What is shown is no longer true, and there is nobody to ask. */
  readonly forgotten?: (view: EditorView) => StateEffect<unknown> | null;
  readonly onSelection?: boolean;
  readonly onScroll?: boolean;
  readonly refreshedBy?: Refreshed;
};

/** The client of an editor, and its document's name; null outside of one. */
export function asked(view: EditorView): { client: ApxClient; uri: string } | null {
  const plugin = LSPPlugin.get(view);
  return plugin ? { client: plugin.client as ApxClient, uri: plugin.uri } : null;
}

/** Whether a failure needs no word: somebody asks again anyway. */
export function passing(error: unknown): boolean {
  return error instanceof RequestFailed && error.kind !== "refused";
}

export function standing<Answer>(question: Question<Answer>): Extension {
  return ViewPlugin.fromClass(
    class {
      private timer: ReturnType<typeof setTimeout> | null = null;
      private readonly ends: (() => void)[] = [];
      private number = 0;
      private gone = false;

      constructor(private readonly view: EditorView) {
        // The plugin of the client may be made after this one.
        queueMicrotask(() => {
          const client = this.gone ? undefined : asked(view)?.client;
          if (!client) return;
          this.ends.push(
            client.cameOnline.on(() => this.soon(0)),
            client.wentOffline.on(() => {
              this.number++;
              const effect = question.forgotten?.(view);
              if (effect) queueMicrotask(() => this.gone || view.dispatch({ effects: effect }));
            }),
            client.refreshed.on((what) => {
              if (what === question.refreshedBy) this.soon(0);
            }),
          );
          this.soon(0);
        });
      }

      update(update: ViewUpdate): void {
        if (update.docChanged || (question.onSelection && update.selectionSet) || (question.onScroll && update.viewportChanged)) this.soon(question.delay);
      }

      destroy(): void {
        this.gone = true;
        if (this.timer) clearTimeout(this.timer);
        for (const end of this.ends) end();
      }

      private soon(delay: number): void {
        if (this.timer) clearTimeout(this.timer);
        this.timer = setTimeout(() => {
          this.timer = null;
          void this.now();
        }, delay);
      }

      private async now(): Promise<void> {
        const who = asked(this.view);
        if (!who?.client.online || !who.client.serverCapabilities?.[question.provider]) return;
        const number = ++this.number;
        const { doc, selection } = this.view.state;
        who.client.sync();
        try {
          const answer = await question.ask(who.client, who.uri, this.view);
          const { state } = this.view;
          if (this.gone || number !== this.number || state.doc !== doc || (question.onSelection && !state.selection.eq(selection))) return;
          const effect = question.answered(answer, this.view);
          if (effect) this.view.dispatch({ effects: effect });
        } catch (error) {
          if (!passing(error)) console.warn("[apx]", error);
        }
      }
    },
  );
}
