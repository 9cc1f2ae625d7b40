// Something that happens and that several parts want to be told of.

export class Signal<T> {
  private readonly listeners = new Set<(value: T) => void>();

  /** Calls a function each time; the result ends that. */
  on(listener: (value: T) => void): () => void {
    this.listeners.add(listener);
    return () => {
      this.listeners.delete(listener);
    };
  }

  tell(value: T): void {
    for (const listener of [...this.listeners]) listener(value);
  }
}
