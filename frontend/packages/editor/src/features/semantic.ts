// Semantic tokens: the server's knowledge of what each word is, as colours over those of the grammar. After the first answer only differences travel.

import type { LSPClientExtension } from "@codemirror/lsp-client";
import { Prec, StateEffect, StateField } from "@codemirror/state";
import type { Text } from "@codemirror/state";
import { Decoration, EditorView } from "@codemirror/view";
import type { DecorationSet } from "@codemirror/view";
import type * as lsp from "vscode-languageserver-protocol";
import type { ApxClient } from "../protocol/client";
import { standing } from "../protocol/standing";

export type Token = { readonly line: number; readonly column: number; readonly length: number; readonly type: string; readonly modifiers: readonly string[] };

/** Tokens from the numbers that the protocol sends: five for each, places relative to the token before. */
export function decoded(data: readonly number[], legend: lsp.SemanticTokensLegend): readonly Token[] {
  const tokens: Token[] = [];
  let line = 0;
  let column = 0;
  for (let at = 0; at + 4 < data.length; at += 5) {
    const [down = 0, along = 0, length = 0, type = 0, bits = 0] = data.slice(at, at + 5);
    column = down > 0 ? along : column + along;
    line += down;
    tokens.push({ line, column, length, type: legend.tokenTypes[type] ?? "", modifiers: legend.tokenModifiers.filter((_, bit) => (bits >> bit) & 1) });
  }
  return tokens;
}

/** The numbers after edits, each in the terms of the numbers before all of them. */
export function edited(data: readonly number[], edits: readonly lsp.SemanticTokensEdit[]): readonly number[] {
  const result: number[] = [];
  let at = 0;
  for (const { start, deleteCount, data: inserted } of [...edits].sort((a, b) => a.start - b.start)) {
    for (; at < start; at++) result.push(data[at] ?? 0);
    for (const number of inserted ?? []) result.push(number);
    at += deleteCount;
  }
  for (; at < data.length; at++) result.push(data[at] ?? 0);
  return result;
}

type Known = { readonly resultId: string | undefined; readonly data: readonly number[] };

const known = new WeakMap<ApxClient, Map<string, Known>>();

async function tokensFor(client: ApxClient, uri: string): Promise<readonly number[]> {
  const provider = client.serverCapabilities?.semanticTokensProvider;
  let ofClient = known.get(client);
  if (!ofClient) {
    const fresh = new Map<string, Known>();
    ofClient = fresh;
    known.set(client, fresh);
    client.wentOffline.on(() => fresh.clear()); // Another server has other ids.
  }
  const before = ofClient.get(uri);
  const delta = typeof provider?.full === "object" && provider.full.delta === true && before?.resultId !== undefined;
  const answer = delta
    ? await client.request<lsp.SemanticTokensDeltaParams, lsp.SemanticTokens | lsp.SemanticTokensDelta | null>("textDocument/semanticTokens/full/delta", { textDocument: { uri }, previousResultId: before?.resultId ?? "" })
    : await client.request<lsp.SemanticTokensParams, lsp.SemanticTokens | null>("textDocument/semanticTokens/full", { textDocument: { uri } });
  if (!answer) return [];
  const data = "edits" in answer ? edited(before?.data ?? [], answer.edits) : answer.data;
  ofClient.set(uri, { resultId: answer.resultId, data });
  return data;
}

const setTokens = StateEffect.define<DecorationSet>();
const marks = new Map<string, Decoration>();

function markOf({ type, modifiers }: Token): Decoration {
  const name = [`cm-apx-token-${type}`, ...modifiers.map((modifier) => `cm-apx-token-${modifier}`)].join(" ");
  const mark = marks.get(name) ?? Decoration.mark({ class: name });
  marks.set(name, mark);
  return mark;
}

function decorations(doc: Text, tokens: readonly Token[]): DecorationSet {
  return Decoration.set(
    tokens.flatMap((token) => {
      if (token.line >= doc.lines || token.type === "") return [];
      const line = doc.line(token.line + 1);
      const from = line.from + token.column;
      const to = Math.min(from + token.length, line.to);
      return to > from ? [markOf(token).range(from, to)] : [];
    }),
    true,
  );
}

const tokenField = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(set, transaction) {
    for (const effect of transaction.effects) if (effect.is(setTokens)) return effect.value;
    return transaction.docChanged ? set.map(transaction.changes) : set;
  },
  provide: (field) => Prec.highest(EditorView.decorations.from(field)), // the innermost marks: their colours come before the grammar's
});

export function semanticTokens(): LSPClientExtension {
  return {
    clientCapabilities: {
      textDocument: {
        semanticTokens: {
          requests: { full: { delta: true } },
          tokenTypes: ["namespace", "type", "class", "enum", "parameter", "variable", "property", "enumMember", "event", "function", "method", "macro", "keyword", "modifier", "comment", "string", "number", "operator", "decorator", "label"],
          tokenModifiers: ["declaration", "definition", "readonly", "static", "deprecated", "modification", "documentation", "defaultLibrary"],
          formats: ["relative"],
          overlappingTokenSupport: false,
          multilineTokenSupport: false,
        },
      },
      workspace: { semanticTokens: { refreshSupport: true } },
    },
    editorExtension: [
      tokenField,
      standing<{ data: readonly number[]; legend: lsp.SemanticTokensLegend | undefined }>({
        provider: "semanticTokensProvider",
        delay: 150,
        refreshedBy: "semanticTokens",
        ask: async (client, uri) => ({ legend: client.serverCapabilities?.semanticTokensProvider?.legend, data: await tokensFor(client, uri) }),
        answered: ({ data, legend }, view) => (legend ? setTokens.of(decorations(view.state.doc, decoded(data, legend))) : null),
      }),
    ],
  };
}
