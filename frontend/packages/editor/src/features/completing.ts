// Completion by the server: its items as they are written, snippets with fields to fill in, and documentation fetched for the one that is looked at.

import { autocompletion, insertCompletionText, snippet } from "@codemirror/autocomplete";
import type { Completion, CompletionContext, CompletionResult } from "@codemirror/autocomplete";
import { LSPPlugin } from "@codemirror/lsp-client";
import type { LSPClientExtension } from "@codemirror/lsp-client";
import type { EditorView } from "@codemirror/view";
import type * as lsp from "vscode-languageserver-protocol";
import type { ApxClient } from "../protocol/client";
import { changesOf } from "../protocol/edits";
import { offsetAt, placeAt } from "../protocol/positions";
import { asked, passing } from "../protocol/standing";

const WORD = /^[A-Za-z_][A-Za-z0-9_]*$/;

/** CodeMirror's way to write a snippet, from the protocol's. The last place for the cursor, `$0`, comes after all others. */
export function snippetOf(text: string): string {
  const last = Math.max(0, ...[...text.matchAll(/\$\{?(\d+)/g)].map((found) => Number(found[1]))) + 1;
  return text.replace(/\\([$}\\])|\$(?:(\d+)|\{(\d+)(?::((?:\\.|[^}\\])*))?\}|\{(\d+)\|((?:\\.|[^|\\])*)\|\})/g, (_all, escaped: string | undefined, plain: string | undefined, number: string | undefined, words: string | undefined, chosen: string | undefined, choices: string | undefined) => {
    if (escaped !== undefined) return escaped === "}" ? "\\}" : escaped;
    const field = plain ?? number ?? chosen ?? "0";
    const content = (words ?? choices?.split(",")[0] ?? "").replace(/\\(.)/g, "$1");
    return `\${${field === "0" ? last : field}${content === "" ? "" : `:${content}`}}`;
  });
}

const KINDS: Readonly<Record<number, string>> = { 2: "method", 3: "function", 4: "class", 5: "property", 6: "variable", 7: "class", 9: "namespace", 10: "property", 11: "keyword", 12: "constant", 13: "enum", 14: "keyword", 15: "text", 20: "constant", 21: "constant", 25: "type" };

function textOf(item: lsp.CompletionItem): string {
  return item.textEdit?.newText ?? item.textEditText ?? item.insertText ?? item.label;
}

/** Where the text of the items goes: most name the same range, and what is typed in it chooses among them. */
function rangeOf(context: CompletionContext, list: lsp.CompletionList): { from: number; to: number } {
  const given = list.items[0]?.textEdit ?? undefined;
  const range = list.itemDefaults?.editRange ?? (given && ("range" in given ? given.range : given.replace));
  if (range) {
    const { start, end } = "insert" in range ? range.replace : range;
    return { from: offsetAt(context.state.doc, start), to: offsetAt(context.state.doc, end) };
  }
  const word = context.matchBefore(/[A-Za-z_][A-Za-z0-9_]*/);
  return { from: word?.from ?? context.pos, to: context.pos };
}

async function documentationOf(client: ApxClient, view: EditorView, item: lsp.CompletionItem): Promise<Node | null> {
  try {
    const whole = item.documentation || !client.serverCapabilities?.completionProvider?.resolveProvider ? item : await client.request<lsp.CompletionItem, lsp.CompletionItem>("completionItem/resolve", item);
    if (!whole.documentation) return null;
    const dom = document.createElement("div");
    dom.className = "cm-lsp-documentation cm-lsp-completion-documentation";
    dom.tabIndex = 0; // what is longer than its window is scrolled by the keyboard too
    dom.innerHTML = LSPPlugin.get(view)?.docToHTML(whole.documentation) ?? "";
    return dom;
  } catch (error) {
    if (!passing(error)) console.warn("[apx]", error);
    return null;
  }
}

function optionOf(client: ApxClient, view: EditorView, item: lsp.CompletionItem, asSnippet: boolean): Completion {
  const text = textOf(item);
  const extra = item.additionalTextEdits ?? [];
  return {
    label: item.filterText ?? item.label,
    displayLabel: item.label,
    ...(item.kind !== undefined && KINDS[item.kind] ? { type: KINDS[item.kind] } : {}),
    ...(item.detail ? { detail: item.detail } : item.labelDetails?.description ? { detail: item.labelDetails.description } : {}),
    ...(item.sortText ? { sortText: item.sortText } : {}),
    ...(item.preselect ? { boost: 50 } : {}),
    info: () => documentationOf(client, view, item),
    apply: (where, completion, from, to) => {
      const { doc } = where.state;
      if (asSnippet) snippet(snippetOf(text))(where, completion, from, to);
      else where.dispatch(insertCompletionText(where.state, text, from, to));
      // Edits elsewhere are given for the text before; those above the completion do not move with it.
      const others = changesOf(doc, extra)?.filter((change) => "from" in change && (change.to ?? change.from) <= from) ?? [];
      if (others.length > 0) where.dispatch({ changes: others });
    },
  };
}

export async function serverCompletions(context: CompletionContext): Promise<CompletionResult | null> {
  const { view } = context;
  const who = view && asked(view);
  const provider = who?.client.serverCapabilities?.completionProvider;
  if (!view || !who?.client.online || !provider) return null;
  const { client, uri } = who;
  const typed = context.state.sliceDoc(context.pos - 1, context.pos);
  const triggers = provider.triggerCharacters ?? [];
  const trigger = !context.explicit && triggers.includes(typed);
  if (!context.explicit && !trigger && !/[A-Za-z_]/.test(typed)) return null;
  const params: lsp.CompletionParams = {
    textDocument: { uri },
    position: placeAt(context.state.doc, context.pos),
    context: trigger ? { triggerKind: 2, triggerCharacter: typed } : { triggerKind: 1 },
  };
  client.sync();
  context.addEventListener("abort", () => client.cancelRequest(params));
  try {
    const answer = await client.request<lsp.CompletionParams, lsp.CompletionItem[] | lsp.CompletionList | null>("textDocument/completion", params);
    if (!answer) return null;
    const list: lsp.CompletionList = Array.isArray(answer) ? { isIncomplete: false, items: answer } : answer;
    if (list.items.length === 0) return null;
    const { from, to } = rangeOf(context, list);
    const options = list.items.map((item) => optionOf(client, view, item, (item.insertTextFormat ?? list.itemDefaults?.insertTextFormat) === 2));
    return { from, ...(to > context.pos ? { to } : {}), options, ...(list.isIncomplete ? {} : { validFor: WORD }) };
  } catch (error) {
    if (!passing(error)) console.warn("[apx]", error);
    return null;
  }
}

export function completing(): LSPClientExtension {
  return {
    clientCapabilities: { textDocument: { completion: { completionItem: { snippetSupport: true, labelDetailsSupport: true, preselectSupport: true, resolveSupport: { properties: ["documentation", "detail"] } } } } },
    editorExtension: autocompletion({ override: [serverCompletions], icons: true, activateOnTypingDelay: 60 }),
  };
}
