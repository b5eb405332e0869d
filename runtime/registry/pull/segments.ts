import { open } from '../../host/files.ts';

/** Part of a blob's bytes, and who sent it; `undefined` for what an earlier process had written. */
interface Segment<S> {
  readonly source: S | undefined;
  readonly fromBytes: number;
  readonly toBytes: number;
}

/** Who sent which part of a blob: when the whole turns out wrong, it can be found out who spoiled it. */
export class Segments<S> {
  readonly #segments: Segment<S>[] = [];

  /** @param keptBytes What the file had before. */
  constructor(keptBytes: number) {
    if (keptBytes > 0) this.add(undefined, 0, keptBytes);
  }

  add(source: S | undefined, fromBytes: number, toBytes: number): void {
    const last = this.#segments.at(-1);
    if (last?.source === source && last?.toBytes === fromBytes) {
      this.#segments[this.#segments.length - 1] = { ...last, toBytes };
    } else {
      this.#segments.push({ source, fromBytes, toBytes });
    }
  }

  /** All who sent something. */
  get sources(): ReadonlySet<S | undefined> {
    return new Set(this.#segments.map(({ source }) => source));
  }

  /** Those whose bytes in the file `wrongPath` differ from those in `rightPath`. */
  async culprits(wrongPath: string, rightPath: string): Promise<ReadonlySet<S | undefined>> {
    const culprits = new Set<S | undefined>();
    for (const segment of this.#segments) {
      if (culprits.has(segment.source)) continue;
      if (!(await isSame(wrongPath, rightPath, segment))) culprits.add(segment.source);
    }
    return culprits;
  }
}

const blockBytes = 256 * 1024;

/** Whether two files have the same bytes in a range. */
async function isSame(
  first: string,
  second: string,
  { fromBytes, toBytes }: Segment<unknown>,
): Promise<boolean> {
  await using a = await open(first, 'r');
  await using b = await open(second, 'r');
  for (let at = fromBytes; at < toBytes; at += blockBytes) {
    const length = Math.min(blockBytes, toBytes - at);
    const [left, right] = [Buffer.alloc(length), Buffer.alloc(length)];
    const [readLeft, readRight] = [
      (await a.read(left, 0, length, at)).bytesRead,
      (await b.read(right, 0, length, at)).bytesRead,
    ];
    if (readLeft !== readRight || !left.equals(right)) return false;
  }
  return true;
}
