/** Values that were used lately, by a text that says what they are for. */
export class Recent<Value> {
  readonly #most: number;
  /** Those used last at the end. */
  readonly #values = new Map<string, Value>();

  /** @param most How many are kept. */
  constructor(most: number) {
    this.#most = most;
  }

  /** The value of before, or one that is made now. */
  get(key: string, make: () => Value): Value {
    const value = this.#values.get(key) ?? make();
    this.#values.delete(key);
    this.#values.set(key, value);
    const [oldest] = this.#values.keys();
    if (this.#values.size > this.#most && oldest !== undefined) this.#values.delete(oldest);
    return value;
  }
}
