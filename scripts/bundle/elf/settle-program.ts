import { BerthError } from '../../../runtime/errors/berth-error.ts';
import { bundleMessages as m } from '../../../messages/areas/bundle.ts';
import {
  dynamicEntrySize,
  dynamicTags,
  programHeaderSize,
  readElf,
  segmentTypes,
  type ElfFile,
  type Segment,
} from './read-elf.ts';

/** The largest page that Linux has on x86-64 and AArch64: a segment at such a boundary can be mapped on every kernel. */
const pageSize = 0x10000;
const readOnly = 4;

/** Where a program finds what it is linked with. */
export interface ProgramHome {
  /** Absolute path of the dynamic loader. */
  readonly interpreter: string;
  /** Absolute path of the folder of libraries, looked at before any other (DT_RPATH, ld.so(8)). */
  readonly libraries: string;
}

/**
 * Makes a program use a loader and libraries of its own, wherever the host has others or none: PT_INTERP and DT_RPATH
 * are set. So the kernel starts it like any program, and `/proc/self/exe` is the program and not the loader. The texts
 * have no room where the linker put the old ones: they get a segment at the end, whose header takes the place of
 * the notes' (a build id that nothing looks at). Symbols for debuggers go: nothing behind the last segment is loaded.
 *
 * @throws BerthError BUNDLE_INPUT_INVALID when the program has no loader, notes, or room in its dynamic section
 */
export function settleProgram(bytes: Buffer, name: string, home: ProgramHome): Buffer {
  const elf = readElf(bytes, name);
  const texts = Buffer.from(`${home.interpreter}\0${home.libraries}\0`, 'latin1');
  const ends = elf.segments.map(({ offset, fileSize }) => offset + fileSize);
  const loads = elf.segments.filter(({ type }) => type === segmentTypes.load);
  const added: Segment = {
    type: segmentTypes.load,
    flags: readOnly,
    offset: rounded(Math.max(...ends)),
    address: rounded(Math.max(...loads.map((load) => load.address + load.memorySize))),
    fileSize: texts.length,
    memorySize: texts.length,
    alignment: pageSize,
  };
  const settled = Buffer.alloc(added.offset + texts.length);
  bytes.copy(settled, 0, 0, Math.max(...ends));
  texts.copy(settled, added.offset);
  dropSections(settled);
  writeSegments(settled, { elf, added, interpreterSize: home.interpreter.length + 1, name });
  const stringTable = elf.dynamic.find(({ tag }) => tag === dynamicTags.stringTable)?.value ?? 0;
  const pathAt = added.address + home.interpreter.length + 1;
  addRpath(settled, { elf, value: pathAt - stringTable, name });
  return settled;
}

/** No section headers: e_shoff, e_shnum and e_shstrndx are zero. */
function dropSections(bytes: Buffer): void {
  bytes.writeBigUInt64LE(0n, 40);
  bytes.writeUInt16LE(0, 60);
  bytes.writeUInt16LE(0, 62);
}

function writeSegments(
  bytes: Buffer,
  change: {
    readonly elf: ElfFile;
    readonly added: Segment;
    readonly interpreterSize: number;
    readonly name: string;
  },
): void {
  const { elf, added, interpreterSize, name } = change;
  const note = elf.segments.findIndex(({ type }) => type === segmentTypes.note);
  if (note < 0 || elf.interpreter === undefined) throw unsettled(name);
  const interpreter = { fileSize: interpreterSize, memorySize: interpreterSize, alignment: 1 };
  const kept = elf.segments
    .filter((_, index) => index !== note)
    .map((segment) =>
      segment.type === segmentTypes.interpreter
        ? { ...segment, offset: added.offset, address: added.address, ...interpreter }
        : segment,
    );
  // Loadable segments are in the order of their addresses.
  const last = kept.findLastIndex(({ type }) => type === segmentTypes.load);
  for (const [index, segment] of kept.toSpliced(last + 1, 0, added).entries()) {
    writeSegment(bytes, elf.headersAt + index * programHeaderSize, segment);
  }
}

function writeSegment(bytes: Buffer, at: number, segment: Segment): void {
  const { offset, address, fileSize, memorySize, alignment } = segment;
  bytes.writeUInt32LE(segment.type, at);
  bytes.writeUInt32LE(segment.flags, at + 4);
  for (const [index, word] of [
    offset,
    address,
    address,
    fileSize,
    memorySize,
    alignment,
  ].entries()) {
    bytes.writeBigUInt64LE(BigInt(word), at + 8 + index * 8);
  }
}

/** The linker leaves some empty entries behind the one that ends the dynamic section. */
function addRpath(
  bytes: Buffer,
  change: { readonly elf: ElfFile; readonly value: number; readonly name: string },
): void {
  const { elf, value, name } = change;
  const section = elf.segments.find(({ type }) => type === segmentTypes.dynamic);
  const room = (section?.fileSize ?? 0) / dynamicEntrySize - elf.dynamic.length;
  const hasOwn = elf.dynamic.some(
    ({ tag }) => tag === dynamicTags.runpath || tag === dynamicTags.rpath,
  );
  if (section === undefined || room < 2 || hasOwn) throw unsettled(name);
  const at = section.offset + elf.dynamic.length * dynamicEntrySize;
  bytes.writeBigInt64LE(BigInt(dynamicTags.rpath), at);
  bytes.writeBigUInt64LE(BigInt(value), at + 8);
}

function rounded(value: number): number {
  return Math.ceil(value / pageSize) * pageSize;
}

function unsettled(name: string): BerthError {
  return new BerthError('BUNDLE_INPUT_INVALID', {
    message: m.unsettled({ name }),
    remedy: m.inputRemedy(),
  });
}
