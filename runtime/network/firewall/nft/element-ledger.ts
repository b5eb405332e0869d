import { type Element, keyText } from './element.ts';

/** Which elements are needed how often: two ports of the host may be one of a container. */
export class ElementLedger {
  readonly #counts = new Map<string, { readonly element: Element; count: number }>();

  /** All that are needed. */
  get elements(): readonly Element[] {
    return [...this.#counts.values()].map(({ element }) => element);
  }

  /** Gives those that were not needed before. */
  add(elements: readonly Element[]): readonly Element[] {
    return elements.filter((element) => {
      const key = nameOf(element);
      const known = this.#counts.get(key);
      if (known === undefined) this.#counts.set(key, { element, count: 1 });
      else known.count += 1;
      return known === undefined;
    });
  }

  /** Gives those that are not needed any more. */
  remove(elements: readonly Element[]): readonly Element[] {
    return elements.filter((element) => {
      const key = nameOf(element);
      const known = this.#counts.get(key);
      if (known === undefined) return false;
      known.count -= 1;
      if (known.count === 0) this.#counts.delete(key);
      return known.count === 0;
    });
  }

  clear(): void {
    this.#counts.clear();
  }
}

function nameOf(element: Element): string {
  return `${element.family} ${element.set} ${keyText(element)}`;
}
