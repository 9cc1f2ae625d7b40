// The requests of one client that wait for an answer: each is answered, refused, out of time, cancelled, or lost with its connection, and says which.

export type Failure = "refused" | "timeout" | "cancelled" | "lost" | "offline";

const CANCELLED = -32800;

/** Why a request has no answer. `code` is the server's where it refused, so that its callers can tell cancelled from failed. */
export class RequestFailed extends Error {
  constructor(
    readonly kind: Failure,
    readonly method: string,
    message: string,
    readonly code: number = 0,
  ) {
    super(message);
    this.name = "RequestFailed";
  }
}

type Waiting = {
  readonly method: string;
  readonly params: unknown;
  readonly resolve: (result: unknown) => void;
  readonly reject: (reason: RequestFailed) => void;
  readonly timer: ReturnType<typeof setTimeout> | null;
};

export type Answer = { readonly result?: unknown; readonly error?: { readonly code: number; readonly message: string } };

export class Requests {
  private next = 0;
  private readonly waiting = new Map<string, Waiting>();

  constructor(private readonly send: (message: string) => void) {}

  get count(): number {
    return this.waiting.size;
  }

  /** Sends a request. timeout: milliseconds, 0 for as long as it takes. */
  ask(method: string, params: unknown, timeout: number): Promise<unknown> {
    const id = `apx-${++this.next}`;
    return new Promise((resolve, reject) => {
      const timer = timeout > 0 ? setTimeout(() => this.outOfTime(id), timeout) : null;
      this.waiting.set(id, { method, params, resolve, reject, timer });
      try {
        this.send(JSON.stringify({ jsonrpc: "2.0", id, method, params }));
      } catch (error) {
        this.take(id);
        reject(new RequestFailed("lost", method, `${method} was not sent: ${error instanceof Error ? error.message : String(error)}`));
      }
    });
  }

  /** Takes an answer; false if no request of ours has this id. */
  answered(id: unknown, answer: Answer): boolean {
    if (typeof id !== "string" || !id.startsWith("apx-")) return false;
    const waiting = this.take(id);
    if (waiting) {
      const { error } = answer;
      if (error === undefined || error === null) waiting.resolve(answer.result ?? null);
      else waiting.reject(new RequestFailed(error.code === CANCELLED ? "cancelled" : "refused", waiting.method, error.message, error.code));
    }
    return true; // one that came too late is ours as well
  }

  /** Tells the server that the request with these params (the object itself) is not needed any more. */
  cancel(params: unknown): void {
    for (const [id, waiting] of this.waiting) if (waiting.params === params) this.send(JSON.stringify({ jsonrpc: "2.0", method: "$/cancelRequest", params: { id } }));
  }

  /** Rejects all that wait: their connection is gone. */
  lose(reason: string): void {
    for (const id of [...this.waiting.keys()]) {
      const waiting = this.take(id);
      waiting?.reject(new RequestFailed("lost", waiting.method, reason));
    }
  }

  private outOfTime(id: string): void {
    const waiting = this.take(id);
    if (!waiting) return;
    try {
      this.send(JSON.stringify({ jsonrpc: "2.0", method: "$/cancelRequest", params: { id } }));
    } catch {
      // Nobody is there to be told.
    }
    waiting.reject(new RequestFailed("timeout", waiting.method, `The language server did not answer ${waiting.method} in time.`));
  }

  private take(id: string): Waiting | undefined {
    const waiting = this.waiting.get(id);
    this.waiting.delete(id);
    if (waiting?.timer) clearTimeout(waiting.timer);
    return waiting;
  }
}
