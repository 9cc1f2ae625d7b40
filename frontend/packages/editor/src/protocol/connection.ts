// The connection of a client to its server over a WebSocket, made again for as long as it is wanted.

import type { Transport } from "@codemirror/lsp-client";
import { pause, USUAL } from "./backoff";
import type { Backoff } from "./backoff";
import type { ApxClient } from "./client";
import { Signal } from "./signal";

export type Status =
  | { readonly kind: "connecting"; readonly attempt: number }
  | { readonly kind: "online" }
  | { readonly kind: "waiting"; readonly attempt: number; readonly milliseconds: number; readonly reason: string }
  | { readonly kind: "closed" };

export type Options = {
  /** Where the server is. A function is asked before each attempt, so that an address may hold a ticket that serves once. */
  readonly url: string | (() => string | Promise<string>);
  readonly backoff?: Backoff;
  readonly chance?: () => number;
};

/** A connection that held this long was a good one: the next attempt after it begins with the shortest pause again. */
const HELD = 5_000;
/** A server that takes a socket and says nothing is given up after this long. */
const SILENT = 30_000;

/** One socket as the client's transport. */
class SocketTransport implements Transport {
  private readonly handlers = new Set<(text: string) => void>();

  constructor(private readonly socket: WebSocket) {}

  send(message: string): void {
    if (this.socket.readyState !== WebSocket.OPEN) throw new Error("the connection is closed");
    this.socket.send(message);
  }

  subscribe(handler: (text: string) => void): void {
    this.handlers.add(handler);
  }

  unsubscribe(handler: (text: string) => void): void {
    this.handlers.delete(handler);
  }

  deliver(text: string): void {
    for (const handler of [...this.handlers]) handler(text);
  }
}

export class Connection {
  status: Status = { kind: "closed" };
  readonly changed = new Signal<Status>();
  private socket: WebSocket | null = null;
  private failed = 0;
  private timer: ReturnType<typeof setTimeout> | null = null;
  private wanted = false;
  /** Each attempt has a number; what an earlier one still has to say is not heard. */
  private attempt = 0;

  constructor(
    private readonly client: ApxClient,
    private readonly options: Options,
  ) {}

  /** Connects, and stays connected until `close`. */
  open(): this {
    if (this.wanted) return this;
    this.wanted = true;
    this.failed = 0;
    globalThis.addEventListener?.("online", this.now);
    void this.connect();
    return this;
  }

  close(): void {
    this.wanted = false;
    this.attempt++;
    globalThis.removeEventListener?.("online", this.now);
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
    this.socket?.close(1000);
    this.socket = null;
    this.client.stop("The connection to the language server was closed.");
    this.tell({ kind: "closed" });
  }

  /** Tries at once where the next attempt would wait. */
  readonly now = (): void => {
    if (!this.wanted || this.timer === null) return;
    clearTimeout(this.timer);
    this.timer = null;
    void this.connect();
  };

  private async connect(): Promise<void> {
    const attempt = ++this.attempt;
    this.tell({ kind: "connecting", attempt: this.failed + 1 });
    let socket: WebSocket;
    try {
      const { url } = this.options;
      const address = typeof url === "string" ? url : await url();
      if (attempt !== this.attempt) return;
      socket = new WebSocket(address);
    } catch (error) {
      if (attempt === this.attempt) this.again(error instanceof Error ? error.message : String(error));
      return;
    }
    this.socket = socket;
    const transport = new SocketTransport(socket);
    let since = 0;
    const silent = setTimeout(() => socket.close(), SILENT);
    const gone = (reason: string): void => {
      clearTimeout(silent);
      if (attempt !== this.attempt) return;
      this.attempt++;
      this.socket = null;
      if (since > 0 && performance.now() - since >= HELD) this.failed = 0;
      this.client.stop(reason);
      this.again(reason);
    };
    socket.addEventListener("open", () => {
      if (attempt !== this.attempt) return socket.close();
      this.client.start(transport).then(
        () => {
          if (attempt !== this.attempt) return;
          clearTimeout(silent);
          since = performance.now();
          this.tell({ kind: "online" });
        },
        (error: unknown) => {
          socket.close();
          gone(`The language server did not start: ${error instanceof Error ? error.message : String((error as { message?: unknown }).message ?? error)}`);
        },
      );
    });
    socket.addEventListener("message", ({ data }) => {
      if (attempt !== this.attempt || typeof data !== "string") return;
      if (!this.client.hear(data)) transport.deliver(data);
    });
    socket.addEventListener("close", ({ code, reason }) => gone(reason || (since > 0 ? `The connection to the language server was lost (${code}).` : `The language server cannot be reached (${code}).`)));
  }

  private again(reason: string): void {
    if (!this.wanted) return;
    const milliseconds = pause(++this.failed, this.options.backoff ?? USUAL, this.options.chance ?? Math.random);
    this.timer = setTimeout(() => {
      this.timer = null;
      void this.connect();
    }, milliseconds);
    this.tell({ kind: "waiting", attempt: this.failed + 1, milliseconds, reason });
  }

  private tell(status: Status): void {
    this.status = status;
    this.changed.tell(status);
  }
}
