// The call around the cursor: its parameters while they are typed (or Mod-Shift-Space), the one at the cursor marked; Escape puts it away.

import { LSPPlugin } from "@codemirror/lsp-client";
import type { LSPClientExtension } from "@codemirror/lsp-client";
import { Prec, StateEffect, StateField } from "@codemirror/state";
import { EditorView, keymap, showTooltip, ViewPlugin } from "@codemirror/view";
import type { Command, Tooltip, ViewUpdate } from "@codemirror/view";
import type * as lsp from "vscode-languageserver-protocol";
import { placeAt } from "../protocol/positions";
import { asked, passing } from "../protocol/standing";
import { say } from "./notices";

type Shown = { readonly help: lsp.SignatureHelp; readonly active: number; readonly tooltip: Tooltip };

const setShown = StateEffect.define<Shown | null>();

const shownField = StateField.define<Shown | null>({
  create: () => null,
  update(shown, transaction) {
    for (const effect of transaction.effects) if (effect.is(setShown)) return effect.value;
    return shown && transaction.docChanged ? { ...shown, tooltip: { ...shown.tooltip, pos: transaction.changes.mapPos(shown.tooltip.pos) } } : shown;
  },
  provide: (field) => showTooltip.from(field, (shown) => shown && shown.tooltip),
});

/** Where the marked parameter stands in the label of its signature; null for none. */
export function activeParameter(help: lsp.SignatureHelp, active: number): readonly [number, number] | null {
  const signature = help.signatures[active];
  const number = signature?.activeParameter ?? help.activeParameter;
  const label = number === undefined || number === null ? undefined : signature?.parameters?.[number]?.label;
  if (label === undefined || !signature) return null;
  if (typeof label !== "string") return label;
  const at = signature.label.indexOf(label);
  return at < 0 ? null : [at, at + label.length];
}

function drawn(view: EditorView, help: lsp.SignatureHelp, active: number): HTMLElement {
  const dom = document.createElement("div");
  dom.className = "cm-apx-signature";
  const signature = help.signatures[active];
  if (!signature) return dom;
  const line = dom.appendChild(document.createElement("div"));
  line.className = "cm-apx-signature-label";
  const span = activeParameter(help, active);
  if (span) {
    const marked = document.createElement("span");
    marked.className = "cm-apx-signature-parameter";
    marked.setAttribute("aria-current", "true");
    marked.textContent = signature.label.slice(span[0], span[1]);
    line.append(signature.label.slice(0, span[0]), marked, signature.label.slice(span[1]));
  } else line.append(signature.label);
  if (help.signatures.length > 1) line.append(`  ${active + 1} of ${help.signatures.length}`);
  if (signature.documentation) {
    const more = dom.appendChild(document.createElement("div"));
    more.className = "cm-apx-signature-documentation";
    more.innerHTML = LSPPlugin.get(view)?.docToHTML(signature.documentation) ?? "";
  }
  return dom;
}

function shownOf(help: lsp.SignatureHelp, active: number, pos: number): Shown {
  return { help, active, tooltip: { pos, above: true, create: (view) => ({ dom: drawn(view, help, active) }) } };
}

const REST = 120;

const asking = ViewPlugin.fromClass(
  class {
    private timer: ReturnType<typeof setTimeout> | null = null;
    private number = 0;

    constructor(private readonly view: EditorView) {}

    update(update: ViewUpdate): void {
      if (!update.docChanged && !update.selectionSet) return;
      this.number++;
      const who = asked(this.view);
      const provider = who?.client.serverCapabilities?.signatureHelpProvider;
      if (!provider) return;
      const open = update.state.field(shownField);
      const triggers = [...(provider.triggerCharacters ?? []), ...(open ? (provider.retriggerCharacters ?? []) : [])];
      let typed = "";
      if (update.transactions.some((transaction) => transaction.isUserEvent("input.type"))) {
        update.changes.iterChanges((_a, _b, _c, _d, inserted) => {
          const text = inserted.toString();
          typed = triggers.find((trigger) => text.includes(trigger)) ?? typed;
        });
      }
      if (typed !== "") this.soon(0, { triggerKind: 2, triggerCharacter: typed, isRetrigger: open !== null });
      else if (open) this.soon(REST, { triggerKind: 3, isRetrigger: true });
    }

    destroy(): void {
      if (this.timer) clearTimeout(this.timer);
    }

    soon(delay: number, context: lsp.SignatureHelpContext): void {
      if (this.timer) clearTimeout(this.timer);
      this.timer = setTimeout(() => void this.ask(context), delay);
    }

    private async ask(context: lsp.SignatureHelpContext): Promise<void> {
      const who = asked(this.view);
      if (!who) return;
      const number = ++this.number;
      const { doc, selection } = this.view.state;
      const before = this.view.state.field(shownField);
      who.client.sync();
      try {
        const help = await who.client.request<lsp.SignatureHelpParams, lsp.SignatureHelp | null>("textDocument/signatureHelp", {
          textDocument: { uri: who.uri },
          position: placeAt(doc, selection.main.head),
          context: before ? { ...context, activeSignatureHelp: before.help } : context,
        });
        if (number !== this.number) return;
        if (!help || help.signatures.length === 0) {
          if (context.triggerKind === 1) say(this.view, "info", "There is no call around the cursor.");
          if (before) this.view.dispatch({ effects: setShown.of(null) });
          return;
        }
        const same = before !== null && before.help.signatures.length === help.signatures.length && before.help.signatures.every(({ label }, index) => label === help.signatures[index]?.label);
        const shown = shownOf(help, same ? before.active : (help.activeSignature ?? 0), same ? before.tooltip.pos : selection.main.head);
        const label = help.signatures[shown.active]?.label ?? "";
        this.view.dispatch({ effects: context.triggerKind === 1 ? [setShown.of(shown), EditorView.announce.of(label)] : setShown.of(shown) });
      } catch (error) {
        if (context.triggerKind === 1) say(this.view, "warning", error instanceof Error ? error.message : String(error));
        else if (!passing(error)) console.warn("[apx]", error);
      }
    }
  },
);

/** Shows the call around the cursor. */
export const showSignature: Command = (view) => {
  view.plugin(asking)?.soon(0, { triggerKind: 1, isRetrigger: false });
  return true;
};

function turned(step: number): Command {
  return (view) => {
    const shown = view.state.field(shownField, false);
    const next = shown ? shown.active + step : -1;
    if (!shown || next < 0 || next >= shown.help.signatures.length) return false;
    view.dispatch({ effects: setShown.of(shownOf(shown.help, next, shown.tooltip.pos)) });
    return true;
  };
}

const close: Command = (view) => {
  if (!view.state.field(shownField, false)) return false;
  view.dispatch({ effects: setShown.of(null) });
  return true;
};

export function signatures(): LSPClientExtension {
  return {
    editorExtension: [
      shownField,
      asking,
      Prec.high(
        keymap.of([
          { key: "Mod-Shift-Space", run: showSignature, preventDefault: true },
          { key: "Mod-Shift-ArrowUp", run: turned(-1) },
          { key: "Mod-Shift-ArrowDown", run: turned(1) },
          { key: "Escape", run: close },
        ]),
      ),
    ],
  };
}
