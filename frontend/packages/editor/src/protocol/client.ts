// A language client whose requests say why they fail, and that answers what the server asks of it.

import { LSPClient, closeReferencePanel } from "@codemirror/lsp-client";
import type { LSPClientExtension, Transport } from "@codemirror/lsp-client";
import type { Extension } from "@codemirror/state";
import type { EditorView } from "@codemirror/view";
import DOMPurify from "dompurify";
import type * as lsp from "vscode-languageserver-protocol";
import { applyEdit } from "./edits";
import { RequestFailed, Requests } from "./requests";
import type { Answer } from "./requests";
import { Signal } from "./signal";
import { OpenDocuments } from "./workspace";

const METHOD_NOT_FOUND = -32601;
const INTERNAL_ERROR = -32603;
const TIMEOUT = 20_000;

/** What a server says is out of date, and may be asked for again. */
export type Refreshed = "codeLens" | "semanticTokens" | "inlayHint" | "foldingRange" | "diagnostics";

export type Host = {
  /** The settings under `apx`, as `workspace/configuration` gives them. */
  readonly settings?: () => unknown;
  /** Shows another document, such as the library's source; null if it cannot be shown. */
  readonly display?: (uri: string) => Promise<EditorView | null>;
  /** Opens a page or a report that the server wants shown; false if it was not. */
  readonly show?: (uri: string) => boolean;
  /** Says something to the user that belongs to no place in the text. */
  readonly notify?: (level: "error" | "warning" | "info", message: string) => void;
};

type Message = { readonly id?: unknown; readonly method?: string; readonly params?: unknown } & Answer;

export class ApxClient extends LSPClient {
  /** Whether the server has answered `initialize` on a socket that is open. */
  online = false;
  readonly cameOnline = new Signal<void>();
  readonly wentOffline = new Signal<void>();
  readonly refreshed = new Signal<Refreshed>();
  private readonly asked: Requests;
  private socket: Transport | null = null;
  readonly host: Host;

  constructor(host: Host, extensions: readonly (Extension | LSPClientExtension)[], initializationOptions: unknown = undefined) {
    super({
      workspace: (client) => new OpenDocuments(client as ApxClient, (uri) => host.display?.(uri) ?? Promise.resolve(null)),
      timeout: TIMEOUT,
      sanitizeHTML: (html) => sanitized(html),
      extensions,
      initializationOptions,
      notificationHandlers: {
        "window/showMessage": (_client, params: lsp.ShowMessageParams) => {
          if (!host.notify || params.type > 3) return false;
          host.notify(params.type === 1 ? "error" : params.type === 2 ? "warning" : "info", params.message);
          return true;
        },
      },
    });
    this.host = host;
    this.asked = new Requests((message) => {
      if (!this.socket) throw new Error("there is no connection");
      this.socket.send(message);
    });
  }

  private get documents(): OpenDocuments {
    return this.workspace as OpenDocuments;
  }

  /** The number of requests that wait for an answer. */
  get waiting(): number {
    return this.asked.count;
  }

  // ------------------------------------------------------------ asking

  override request<Params, Result>(method: string, params: Params): Promise<Result> {
    return this.ask<Result>(method, params, TIMEOUT);
  }

  /** A request with its own time limit in milliseconds; 0 for as long as it takes. */
  ask<Result>(method: string, params: unknown, timeout: number): Promise<Result> {
    if (!this.online) return Promise.reject(new RequestFailed("offline", method, "There is no connection to the language server just now."));
    return this.asked.ask(method, params, timeout) as Promise<Result>;
  }

  override notification<Params>(method: string, params: Params): void {
    if (this.online) this.socket?.send(JSON.stringify({ jsonrpc: "2.0", method, params }));
  }

  override cancelRequest(params: unknown): void {
    if (this.online) this.asked.cancel(params);
  }

  // ------------------------------------------------------------ the connection, told by Connection

  /** Begins on a new socket; fulfilled when the server can be asked. */
  async start(socket: Transport): Promise<void> {
    this.socket = socket;
    this.connect(socket);
    await this.initializing;
    if (this.socket !== socket) return;
    this.online = true;
    this.documents.reopen();
    this.cameOnline.tell();
  }

  /** The socket is gone: whoever waits is told, and nothing is sent until there is another. */
  stop(reason: string): void {
    const was = this.online;
    this.online = false;
    this.socket = null;
    this.asked.lose(reason);
    this.initializing.catch(() => undefined);
    this.disconnect();
    this.initializing.catch(() => undefined);
    for (const file of this.documents.files) closeReferencePanel(file.view);
    if (was) this.wentOffline.tell();
  }

  // ------------------------------------------------------------ hearing

  /** Takes what the plain client does not: answers to our requests, and requests of the server. False for the rest. */
  hear(text: string): boolean {
    const message = JSON.parse(text) as Message;
    if (message.method === undefined) return this.asked.answered(message.id, message);
    if (message.id === undefined) return false;
    const { id, method } = message;
    const socket = this.socket;
    const answer = (reply: Answer): void => socket?.send(JSON.stringify({ jsonrpc: "2.0", id, ...reply }));
    try {
      const result = this.serve(method, message.params);
      if (result === undefined) answer({ error: { code: METHOD_NOT_FOUND, message: `This editor does not know ${method}.` } });
      else answer({ result });
    } catch (error) {
      answer({ error: { code: INTERNAL_ERROR, message: error instanceof Error ? error.message : String(error) } });
    }
    return true;
  }

  /** The answer to a request of the server; undefined if it is not known here. */
  private serve(method: string, params: unknown): unknown {
    switch (method) {
      case "workspace/configuration": {
        const settings = this.host.settings?.() ?? null;
        return (params as lsp.ConfigurationParams).items.map(() => settings);
      }
      case "workspace/workspaceFolders":
        return null;
      case "workspace/applyEdit": {
        const done = applyEdit(this, (params as lsp.ApplyWorkspaceEditParams).edit, new Map(), "input.server");
        return done.applied ? { applied: true } : { applied: false, failureReason: done.reason };
      }
      case "workspace/codeLens/refresh":
        return this.outOfDate("codeLens");
      case "workspace/semanticTokens/refresh":
        return this.outOfDate("semanticTokens");
      case "workspace/inlayHint/refresh":
        return this.outOfDate("inlayHint");
      case "workspace/foldingRange/refresh":
        return this.outOfDate("foldingRange");
      case "workspace/diagnostic/refresh":
        return this.outOfDate("diagnostics");
      case "client/registerCapability":
      case "client/unregisterCapability":
      case "window/workDoneProgress/create":
      case "window/showMessageRequest":
        return null;
      case "window/showDocument":
        return { success: this.host.show?.((params as lsp.ShowDocumentParams).uri) ?? false };
      default:
        return undefined;
    }
  }

  private outOfDate(what: Refreshed): null {
    queueMicrotask(() => this.refreshed.tell(what));
    return null;
  }
}

/** HTML made from the server's Markdown, in which authors' own comments stand: nothing in it may run, load or look like part of the page. */
export function sanitized(html: string): string {
  return DOMPurify.sanitize(html, {
    ALLOWED_TAGS: ["p", "pre", "code", "span", "br", "hr", "strong", "em", "del", "ul", "ol", "li", "table", "thead", "tbody", "tr", "th", "td", "a", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote"],
    ALLOWED_ATTR: ["class", "href", "title", "align"],
    ALLOWED_URI_REGEXP: /^https?:/i,
  });
}
