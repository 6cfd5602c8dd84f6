/** How much may be held at once: who wants more than is left waits, in order; who wants more than all of it comes alone. */
export class ByteBudget {
  readonly #most: number;
  #used = 0;
  readonly #waiting: { readonly bytes: number; readonly go: () => void }[] = [];

  constructor(most: number) {
    this.#most = most;
  }

  /** Does what holds so many bytes until it has ended. */
  async within<T>(bytes: number, act: () => Promise<T>): Promise<T> {
    await new Promise<void>((go) => {
      this.#waiting.push({ bytes, go });
      this.#admit();
    });
    try {
      return await act();
    } finally {
      this.#used -= bytes;
      this.#admit();
    }
  }

  #admit(): void {
    for (let [first] = this.#waiting; first !== undefined; [first] = this.#waiting) {
      if (this.#used > 0 && this.#used + first.bytes > this.#most) return;
      this.#waiting.shift();
      this.#used += first.bytes;
      first.go();
    }
  }
}
