// Code lenses: above a line, what can be run there (a backtest, a test) and, once it has run, what came of it.

import type { LSPClientExtension } from "@codemirror/lsp-client";
import { StateEffect, StateField } from "@codemirror/state";
import { Decoration, EditorView, keymap, ViewPlugin, WidgetType } from "@codemirror/view";
import type { Command, DecorationSet, ViewUpdate } from "@codemirror/view";
import type * as lsp from "vscode-languageserver-protocol";
import { offsetAt } from "../protocol/positions";
import { asked, standing } from "../protocol/standing";
import { openMenu } from "./menu";
import { say } from "./notices";

type Row = { readonly at: number; readonly lenses: readonly lsp.CodeLens[] };

const setRows = StateEffect.define<readonly Row[]>();
/** Commands that run, by what they are called with. */
const setRunning = StateEffect.define<{ readonly key: string; readonly running: boolean }>();

function keyOf({ command }: lsp.CodeLens): string {
  return command ? JSON.stringify([command.command, command.arguments ?? []]) : "";
}

class LensRow extends WidgetType {
  constructor(
    private readonly lenses: readonly lsp.CodeLens[],
    private readonly running: ReadonlySet<string>,
    private readonly indent: string,
  ) {
    super();
  }

  override eq(other: LensRow): boolean {
    return other.indent === this.indent && JSON.stringify([this.lenses, this.lenses.map((lens) => this.running.has(keyOf(lens)))]) === JSON.stringify([other.lenses, other.lenses.map((lens) => other.running.has(keyOf(lens)))]);
  }

  override get estimatedHeight(): number {
    return 20;
  }

  override toDOM(view: EditorView): HTMLElement {
    const row = document.createElement("div");
    row.className = "cm-apx-lenses";
    row.append(this.indent);
    this.lenses.forEach((lens, index) => {
      const { command } = lens;
      if (!command) return;
      if (index > 0) row.append(separator());
      row.append(command.command ? this.button(view, lens, command) : said(command));
    });
    return row;
  }

  private button(view: EditorView, lens: lsp.CodeLens, command: lsp.Command): HTMLElement {
    const button = document.createElement("button");
    const running = this.running.has(keyOf(lens));
    button.type = "button";
    button.className = "cm-apx-lens";
    button.textContent = command.title;
    if (command.tooltip) button.title = command.tooltip;
    if (running) button.setAttribute("aria-busy", "true");
    button.addEventListener("mousedown", (event) => event.preventDefault()); // the cursor stays where it is
    button.addEventListener("click", () => void runLens(view, lens));
    return button;
  }

  override ignoreEvent(): boolean {
    return true;
  }
}

function separator(): HTMLElement {
  const bar = document.createElement("span");
  bar.className = "cm-apx-lens-bar";
  bar.setAttribute("aria-hidden", "true");
  bar.textContent = "|";
  return bar;
}

/** A lens without a command says something: a result. */
function said(command: lsp.Command): HTMLElement {
  const text = document.createElement("span");
  text.className = "cm-apx-lens-result";
  text.textContent = command.title;
  if (command.tooltip) text.title = command.tooltip;
  return text;
}

type Shown = { readonly rows: readonly Row[]; readonly running: ReadonlySet<string>; readonly decorations: DecorationSet };

function shown(rows: readonly Row[], running: ReadonlySet<string>, doc: { lineAt: (at: number) => { from: number; text: string } }): Shown {
  const ranges = rows.map(({ at, lenses }) => {
    const line = doc.lineAt(at);
    const widget = new LensRow(lenses, running, /^\s*/.exec(line.text)?.[0] ?? "");
    return Decoration.widget({ widget, side: -1, block: true }).range(line.from);
  });
  return { rows, running, decorations: Decoration.set(ranges, true) };
}

const lensField = StateField.define<Shown>({
  create: () => ({ rows: [], running: new Set(), decorations: Decoration.none }),
  update(before, transaction) {
    let { rows, running } = before;
    let changed = false;
    if (transaction.docChanged) {
      rows = rows.map((row) => ({ ...row, at: transaction.changes.mapPos(row.at, 1) }));
      changed = true;
    }
    for (const effect of transaction.effects) {
      if (effect.is(setRows)) rows = effect.value;
      else if (effect.is(setRunning)) running = new Set(effect.value.running ? [...running, effect.value.key] : [...running].filter((key) => key !== effect.value.key));
      else continue;
      changed = true;
    }
    return changed ? shown(rows, running, transaction.newDoc) : before;
  },
  provide: (field) => EditorView.decorations.from(field, ({ decorations }) => decorations),
});

/** Long results wrap where the window ends, not where the longest line of the program does. */
const width = ViewPlugin.fromClass(
  class {
    private known = 0;

    constructor(view: EditorView) {
      this.measure(view);
    }

    update(update: ViewUpdate): void {
      if (update.geometryChanged) this.measure(update.view);
    }

    private measure(view: EditorView): void {
      view.requestMeasure({
        key: this,
        read: () => Math.floor(view.scrollDOM.clientWidth - (view.dom.querySelector(".cm-gutters")?.getBoundingClientRect().width ?? 0)),
        write: (room) => {
          if (room === this.known || room <= 0) return;
          this.known = room;
          view.dom.style.setProperty("--apx-lens-width", `${room}px`);
        },
      });
    }
  },
);

/** What a command of the server answers, as far as it is said here. */
type Told = { readonly title?: string; readonly error?: string; readonly path?: string; readonly shown?: boolean };

/** Runs what a lens offers. Its result comes as another lens, when the server says that lenses are to be asked for again. */
async function runLens(view: EditorView, lens: lsp.CodeLens): Promise<void> {
  const client = asked(view)?.client;
  const { command } = lens;
  if (!client || !command?.command) return;
  const key = keyOf(lens);
  if (view.state.field(lensField).running.has(key)) return;
  view.dispatch({ effects: setRunning.of({ key, running: true }) });
  try {
    client.sync();
    const answer = await client.ask<unknown>("workspace/executeCommand", { command: command.command, arguments: command.arguments ?? [] }, 0);
    const { title = "", error = "", path = "", shown = true } = (typeof answer === "object" && answer !== null ? answer : {}) as Told;
    if (error !== "") say(view, "warning", `${command.title}: ${error}`);
    else if (path !== "" && !shown) say(view, "info", `The report is at ${path}`); // where no page of the host's could show it
    else if (title !== "") view.dispatch({ effects: EditorView.announce.of(title.replace(/[▁-█]+/g, "")) });
    client.refreshed.tell("codeLens");
  } catch (error) {
    say(view, "warning", `${command.title}: ${error instanceof Error ? error.message : String(error)}`);
  } finally {
    view.dispatch({ effects: setRunning.of({ key, running: false }) });
  }
}

/** Opens what can be run at the cursor's line, or at the nearest one above that has something. */
export const showLenses: Command = (view) => {
  const rows = view.state.field(lensField, false)?.rows ?? [];
  const { head } = view.state.selection.main;
  const line = view.state.doc.lineAt(head);
  const above = rows.filter((row) => row.at <= line.to).sort((a, b) => b.at - a.at)[0] ?? rows[0];
  const lenses = above?.lenses.filter((lens) => lens.command?.command) ?? [];
  if (!above || lenses.length === 0) return false;
  openMenu(view, { label: "What can be run here", at: head, choices: lenses.map((lens) => ({ label: lens.command?.title ?? "", run: () => void runLens(view, lens) })) });
  return true;
};

export function codeLenses(): LSPClientExtension {
  return {
    clientCapabilities: { textDocument: { codeLens: {} }, workspace: { codeLens: { refreshSupport: true } } },
    editorExtension: [
      lensField,
      width,
      keymap.of([{ key: "Mod-Alt-l", run: showLenses, preventDefault: true }]),
      standing<readonly lsp.CodeLens[]>({
        provider: "codeLensProvider",
        delay: 400,
        refreshedBy: "codeLens",
        ask: async (client, uri) => {
          const lenses = (await client.request<lsp.CodeLensParams, lsp.CodeLens[] | null>("textDocument/codeLens", { textDocument: { uri } })) ?? [];
          if (!client.serverCapabilities?.codeLensProvider?.resolveProvider) return lenses;
          return Promise.all(lenses.map((lens) => (lens.command ? lens : client.request<lsp.CodeLens, lsp.CodeLens>("codeLens/resolve", lens))));
        },
        answered: (lenses, view) => {
          const rows = new Map<number, lsp.CodeLens[]>();
          for (const lens of lenses) {
            const at = view.state.doc.lineAt(offsetAt(view.state.doc, lens.range.start)).from;
            const row = rows.get(at);
            if (row) row.push(lens);
            else rows.set(at, [lens]);
          }
          return setRows.of([...rows].map(([at, row]) => ({ at, lenses: row })));
        },
        forgotten: () => setRows.of([]),
      }),
    ],
  };
}
