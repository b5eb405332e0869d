import { findNodeAtLocation, parseTree, type Node } from 'jsonc-parser';
import { placeOf, type TextPlace } from './jsonc.ts';

/** The keys of a JSON text, and where they are. */
export class KeyPlaces {
  readonly #text: string;
  readonly #root: Node | undefined;

  /** @param text JSON that `parseJsonc` has read */
  constructor(text: string) {
    this.#text = text;
    this.#root = parseTree(text);
  }

  /** Where the value at a path begins, or the nearest thing around it that is there. */
  valueAt(path: readonly (string | number)[]): TextPlace {
    for (let length = path.length; this.#root !== undefined && length > 0; length -= 1) {
      const node = findNodeAtLocation(this.#root, path.slice(0, length));
      if (node !== undefined) return placeOf(this.#text, node.offset);
    }
    return placeOf(this.#text, this.#root?.offset ?? 0);
  }

  /** Where the key itself is; of a key that is there more than once, the last. */
  keyAt(path: readonly (string | number)[]): TextPlace {
    const parent =
      this.#root &&
      (path.length < 2 ? this.#root : findNodeAtLocation(this.#root, path.slice(0, -1)));
    const own = keysOf(parent).findLast(({ value }) => value === path.at(-1));
    return own === undefined ? this.valueAt(path) : placeOf(this.#text, own.offset);
  }

  /** Keys of the outermost object that are there more than once. */
  repeated(): readonly string[] {
    const names = keysOf(this.#root).map(({ value }) => String(value));
    return [...new Set(names.filter((name, index) => names.indexOf(name) !== index))];
  }
}

function keysOf(node: Node | undefined): readonly Node[] {
  return (node?.children ?? []).flatMap(({ type, children }) =>
    type === 'property' ? (children?.slice(0, 1) ?? []) : [],
  );
}
