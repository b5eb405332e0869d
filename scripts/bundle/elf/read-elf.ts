import { BerthError } from '../../../runtime/errors/berth-error.ts';
import { bundleMessages as m } from '../../../messages/areas/bundle.ts';

/*
 * 64-bit little-endian ELF, as elf(5) and the System V ABI (gABI 4.1, chapters 4 and 5) describe it: what x86-64 and
 * AArch64 programs are.
 */

/** Sizes of a program header and of an entry of the dynamic section, in bytes. */
export const programHeaderSize = 56;
export const dynamicEntrySize = 16;

/** Types of program headers that berth looks at. */
export const segmentTypes = { load: 1, dynamic: 2, interpreter: 3, note: 4 } as const;

/** Tags of the dynamic section that berth looks at. */
export const dynamicTags = {
  end: 0,
  needed: 1,
  stringTable: 5,
  soname: 14,
  rpath: 15,
  runpath: 29,
} as const;

/** A program header, `Elf64_Phdr`. */
export interface Segment {
  readonly type: number;
  readonly flags: number;
  readonly offset: number;
  readonly address: number;
  readonly fileSize: number;
  readonly memorySize: number;
  readonly alignment: number;
}

/** An entry of the dynamic section, `Elf64_Dyn`. */
export interface DynamicEntry {
  readonly tag: number;
  readonly value: number;
}

/** What a program or library says of itself. */
export interface ElfFile {
  /** `e_machine`: 62 is x86-64, 183 AArch64. */
  readonly machine: number;
  /** Where the program headers begin in the file. */
  readonly headersAt: number;
  readonly segments: readonly Segment[];
  /** Up to, and without, the entry that ends it. */
  readonly dynamic: readonly DynamicEntry[];
  /** Program that loads it; only programs have one. */
  readonly interpreter: string | undefined;
  /** Libraries that it is linked with (DT_NEEDED), by file name. */
  readonly needed: readonly string[];
}

/** Reads the headers of an ELF file. @throws BerthError BUNDLE_INPUT_INVALID for anything else; `name` is for the message */
export function readElf(bytes: Buffer, name: string): ElfFile {
  const isElf64 = bytes.length > 64 && bytes.readUInt32BE(0) === 0x7f454c46 && bytes[4] === 2;
  if (!isElf64 || bytes[5] !== 1) {
    throw new BerthError('BUNDLE_INPUT_INVALID', {
      message: m.notElf({ name }),
      remedy: m.inputRemedy(),
    });
  }
  const headersAt = Number(bytes.readBigUInt64LE(32));
  const count = bytes.readUInt16LE(56);
  const segments = Array.from({ length: count }, (_, index) =>
    segmentAt(bytes, headersAt + index * programHeaderSize),
  );
  const dynamic = dynamicOf(bytes, segments);
  const interpreter = segments.find(({ type }) => type === segmentTypes.interpreter);
  return {
    machine: bytes.readUInt16LE(18),
    headersAt,
    segments,
    dynamic,
    interpreter: interpreter && textAt(bytes, interpreter.offset),
    needed: stringsOf({ bytes, segments, dynamic }, dynamicTags.needed),
  };
}

function segmentAt(bytes: Buffer, at: number): Segment {
  const word = (offset: number): number => Number(bytes.readBigUInt64LE(at + offset));
  return {
    type: bytes.readUInt32LE(at),
    flags: bytes.readUInt32LE(at + 4),
    offset: word(8),
    address: word(16),
    fileSize: word(32),
    memorySize: word(40),
    alignment: word(48),
  };
}

function dynamicOf(bytes: Buffer, segments: readonly Segment[]): readonly DynamicEntry[] {
  const entries: DynamicEntry[] = [];
  const segment = segments.find(({ type }) => type === segmentTypes.dynamic);
  if (segment === undefined) return entries;
  for (let at = segment.offset; at < segment.offset + segment.fileSize; at += dynamicEntrySize) {
    const tag = Number(bytes.readBigInt64LE(at));
    if (tag === dynamicTags.end) break;
    entries.push({ tag, value: Number(bytes.readBigUInt64LE(at + 8)) });
  }
  return entries;
}

function stringsOf(
  file: { readonly bytes: Buffer } & Pick<ElfFile, 'segments' | 'dynamic'>,
  tag: number,
): readonly string[] {
  const table = file.dynamic.find((entry) => entry.tag === dynamicTags.stringTable)?.value ?? 0;
  // The table is named by its address in memory; a loadable segment has it in the file.
  const holder = file.segments.find(
    ({ type, address, fileSize }) =>
      type === segmentTypes.load && table >= address && table < address + fileSize,
  );
  if (holder === undefined) return [];
  const start = table - holder.address + holder.offset;
  return file.dynamic
    .filter((entry) => entry.tag === tag)
    .map(({ value }) => textAt(file.bytes, start + value));
}

function textAt(bytes: Buffer, at: number): string {
  return bytes.toString('latin1', at, bytes.indexOf(0, at));
}
