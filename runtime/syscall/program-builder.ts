import { AT_FDCWD, O_CLOEXEC, O_WRONLY } from './constants/fs.ts';
import { laterData } from './later-data.ts';
import { argumentCount, header, pageSize, replyKind, type operation } from './layout.ts';
import {
  Address,
  findStep,
  Label,
  type NamedStep,
  Ref,
  startOfData,
  stepBytes,
  type OnError,
  type Program,
  type Step,
  type StringSlots,
  type Value,
} from './program.ts';
import { refuseNul } from './refuse-nul.ts';

type Arithmetic = 'add' | 'sub' | 'mul' | 'div' | 'rem' | 'and' | 'or' | 'shl' | 'shr';
/** madvise(2), include/uapi/asm-generic/mman-common.h: anonymous pages are freed. */
const MADV_DONTNEED = 4;

const comparisons = { eq: 'jumpEq', ne: 'jumpNe', lt: 'jumpLt', ge: 'jumpGe' } as const;

/**
 * Replies up to this size arrive in one piece, however many programs reply at once: the kernel copies each into one buffer, which
 * has room for 32 KiB and what fits behind its head (net/unix/af_unix.c, unix_stream_sendmsg). Of more it makes several, between
 * which others may write.
 */
export const maxReplySize = 33 * 1024;

/**
 * Builds a syscall program: a list of steps, each a system call or a little arithmetic, with the memory they use.
 * It names no architecture until it is encoded.
 *
 * Labels of steps end up in errors: write them so that `mount proc on /proc: EPERM` reads well.
 */
export class ProgramBuilder implements Program {
  /** What the program is for: the beginning of its error messages. */
  readonly name: string;
  readonly steps: Step[] = [];
  readonly #data: Uint8Array[] = [];
  readonly #pointers: Program['pointers'][number][] = [];
  /** Of `forgetSteps`: they say where data is that is used, and use none of it. */
  readonly #laterPointers: Program['pointers'][number][] = [];
  readonly #strings = new Map<string, Address>();
  #dataSize = 0;
  #memorySize = 0;
  #pagesSize = 0;

  constructor(name: string) {
    this.name = name;
  }

  /** Bytes of initialised data, and of zeroed memory, that the program has so far. */
  get sizes(): Program['sizes'] {
    return { data: this.#dataSize, memory: this.#memorySize, pages: this.#pagesSize };
  }

  get pointers(): Program['pointers'] {
    return [...this.#pointers, ...this.#laterPointers];
  }

  /** The descriptor that replies go to: a program may set it. */
  get replyFd(): Address {
    return new Address('header', header.replyFd);
  }

  /** Adds initialised data, aligned to 8 bytes, which the program may also write to. */
  bytes(data: Uint8Array): Address {
    const address = new Address('data', this.#dataSize);
    const padded = new Uint8Array(Math.ceil(data.length / 8) * 8);
    padded.set(data);
    this.#data.push(padded);
    this.#dataSize += padded.length;
    return address;
  }

  /**
   * Adds a NUL-terminated UTF-8 string; equal strings share their place, so a program must not write to one.
   * Throws a BerthError PROGRAM_INVALID for a string with a NUL in it, which the kernel would cut short.
   */
  string(text: string): Address {
    const known = this.#strings.get(text);
    if (known) return known;
    refuseNul(this.name, text);
    const address = this.bytes(Buffer.from(`${text}\0`));
    this.#strings.set(text, address);
    return address;
  }

  /** Reserves zeroed memory, aligned to 8 bytes. */
  reserve(size: number): Address {
    const address = new Address('memory', this.#memorySize);
    this.#memorySize += Math.ceil(size / 8) * 8;
    return address;
  }

  /** Reserves zeroed memory on pages of its own, for what is large and can be given back by `forgetPages`. */
  reservePages(size: number): Address {
    const address = new Address('pages', this.#pagesSize);
    this.#pagesSize += Math.ceil(size / pageSize) * pageSize;
    return address;
  }

  /** Makes the 64 bits at `at`, a place in initialised data, hold the absolute address `to` from the start. */
  pointer(at: Address, to: Address): void {
    if (at.section !== 'data') throw new TypeError('a pointer must be in initialised data');
    this.#pointers.push({ at, to });
  }

  /** Adds a NULL-terminated array of pointers to strings, as execve(2) takes them. */
  stringArray(texts: readonly string[]): Address {
    const array = this.bytes(new Uint8Array(8 * (texts.length + 1)));
    texts.forEach((text, i) => {
      this.pointer(array.at(8 * i), this.string(text));
    });
    return array;
  }

  /** As `stringArray`, for strings that are known when the program is sent: see `PreparedProgram`. */
  stringSlots(count: number, bytes: number): StringSlots {
    const array = this.bytes(new Uint8Array(8 * (count + 1)));
    const area = this.bytes(new Uint8Array(bytes));
    for (let i = 0; i < count; i += 1) this.pointer(array.at(8 * i), area);
    return { array, area, count, bytes };
  }

  /** The 64-bit value at an address. */
  value(address: Address): Ref {
    return new Ref(address, 64);
  }

  /** The 32-bit value at an address, sign-extended: an int of the kernel's interface. */
  value32(address: Address): Ref {
    return new Ref(address, 32);
  }

  /** Adds a system call; gives its result, which after an error is the negative errno. */
  call(
    label: string,
    call: string,
    args: readonly Value[],
    { onError = 'fail' }: { readonly onError?: OnError } = {},
  ): Ref {
    if (args.length > argumentCount) throw new TypeError(`${call} has ${args.length} arguments`);
    const result = this.reserve(8);
    const target = onError === 'ignore' ? 'next' : onError;
    this.steps.push({ label, operation: 'syscall', call, arguments: args, result, target });
    return new Ref(result, 64);
  }

  /** Reads a program from a descriptor; gives its absolute address, or 0 at the end of the input. */
  receive(
    label: string,
    fd: Value,
    { onError = 'fail' }: { readonly onError?: OnError } = {},
  ): Ref {
    const result = this.reserve(8);
    const target = onError === 'ignore' ? 'next' : onError;
    this.steps.push({
      label,
      operation: 'receive',
      call: undefined,
      arguments: [fd],
      result,
      target,
    });
    return new Ref(result, 64);
  }

  /** Sets the 64 bits at an address (a Ref's or one of memory). */
  set(target: Address | Ref, value: Value): void {
    this.#operate('set', [value], target instanceof Ref ? target.address : target);
  }

  /** Computes with 64-bit unsigned values, wrapping; `div` by zero ends the process. */
  compute(mnemonic: Arithmetic, left: Value, right: Value): Ref {
    const result = this.reserve(8);
    this.#operate(mnemonic, [left, right], result);
    return new Ref(result, 64);
  }

  /** Reads 8 (zero-extended), 32 (sign-extended) or 64 bits at a computed absolute address. */
  load(width: 8 | 32 | 64, address: Value): Ref {
    const result = this.reserve(8);
    this.#operate(`load${width}`, [address], result);
    return new Ref(result, 64);
  }

  /** Writes the low 8, 32 or 64 bits of a value at a computed absolute address. */
  store(width: 8 | 32 | 64, address: Value, value: Value): void {
    this.#operate(`store${width}`, [address, value], undefined);
  }

  /** Copies text with replacements: `escaping` in layout.ts is what `structure` holds. */
  escape(structure: Address): Ref {
    const result = this.reserve(8);
    this.#operate('escape', [structure], result);
    return new Ref(result, 64);
  }

  /** Copies bytes between absolute addresses, the first one first: `to` may lie before `from` and overlap it. */
  copy({
    from,
    to,
    length,
  }: {
    readonly from: Value;
    readonly to: Value;
    readonly length: Value;
  }): void {
    this.#operate('copy', [to, from, length], undefined);
  }

  /** A label for `place` and the jumps. */
  label(): Label {
    return new Label();
  }

  /** Binds a label to the next step. */
  place(label: Label): void {
    if (label.index !== undefined) throw new TypeError('a label is placed twice');
    label.index = this.steps.length;
  }

  /** Goes on at the label. */
  jump(label: Label): void {
    this.jumpIf('eq', 0, 0, label);
  }

  /** Goes on at the label when the comparison of the signed 64-bit values holds. */
  jumpIf(comparison: keyof typeof comparisons, left: Value, right: Value, label: Label): void {
    this.steps.push({
      label: 'jump',
      operation: comparisons[comparison],
      call: undefined,
      arguments: [left, right],
      result: undefined,
      target: label,
    });
  }

  /** Ends the program with an error, as if a call had failed with `errno`. */
  fail(label: string, errno: Value): void {
    this.steps.push({
      label,
      operation: 'fail',
      call: undefined,
      arguments: [errno],
      result: undefined,
      target: 'fail',
    });
  }

  /** Goes on with the program at an absolute address that `receive` gave. Does not come back. */
  run(address: Value): void {
    this.#operate('run', [address], undefined);
  }

  /**
   * Gives the memory of all steps so far back to the kernel, and the initialised data that only they used: for a program that
   * lives on after a long beginning. None of them may run again. Only whole pages go, and not the first one, which has the header.
   */
  forgetSteps(): void {
    const first = this.steps.length;
    const end = this.steps.reduce<number>((sum, step) => sum + stepBytes(step), header.size);
    this.#forget(new Address('header', header.size), new Address('header', end));
    // A string that is needed again gets a new place, behind what is forgotten.
    this.#strings.clear();
    const later = this.bytes(new Uint8Array(8));
    const program = { steps: this.steps, pointers: this.#pointers };
    this.#laterPointers.push({
      at: later,
      // Known when all steps are there.
      get to() {
        return new Address('data', laterData(program, first));
      },
    });
    this.#forget(startOfData, this.value(later));
  }

  /** Gives back the pages that lie whole between two places. */
  #forget(from: Value, to: Value): void {
    const few = this.label();
    const start = this.compute('and', this.compute('add', from, pageSize - 1), -pageSize);
    const length = this.compute('sub', this.compute('and', to, -pageSize), start);
    this.jumpIf('lt', length, 1, few);
    // With larger pages (some AArch64 kernels) the call may refuse the address, and the memory is simply kept.
    this.call('forget the beginning', 'madvise', [start, length, MADV_DONTNEED], {
      onError: 'ignore',
    });
    this.place(few);
  }

  /** Gives pages back to the kernel: they are zeroed, and take no memory until they are used again. */
  forgetPages(pages: Address, size: number): void {
    this.call('forget pages', 'madvise', [pages, size, MADV_DONTNEED], { onError: 'ignore' });
  }

  /** Ends the process (exit_group(2)). */
  exit(status: Value): void {
    this.call('exit', 'exit_group', [status]);
  }

  /** Opens an existing file, writes all of `content` in one write(2), and closes it. */
  write(label: string, path: string, content: string): void {
    const data = Buffer.from(content);
    const fd = this.call(label, 'openat', [AT_FDCWD, this.string(path), O_WRONLY | O_CLOEXEC, 0]);
    this.call(label, 'write', [fd, this.bytes(data), data.length]);
    this.call(label, 'close', [fd]);
  }

  /**
   * Sends memory back to whoever runs the program.
   * @param length bytes; at most `maxReplySize`, so that replies of concurrent programs never mix.
   * @param options `onError` as of `call`: whoever runs the program may be gone.
   */
  reply(
    address: Address,
    length: number | Ref,
    options: { readonly onError?: OnError } = {},
  ): void {
    if (typeof length === 'number' && length > maxReplySize)
      throw new TypeError(`a reply of ${length} bytes is too long`);
    // writev of the reply's header and of the memory, so that the memory need not lie behind a header.
    const replyHeader = this.replyHeader();
    const vector = this.bytes(new Uint8Array(32));
    this.pointer(vector, replyHeader);
    this.pointer(vector.at(16), address);
    this.set(vector.at(8), 16);
    this.set(vector.at(24), length);
    this.store(32, replyHeader.at(4), length);
    this.call('reply', 'writev', [this.value(this.replyFd), vector, 2], options);
  }

  /** A data reply's 16-byte header with this program's id; its length is still zero. */
  replyHeader(): Address {
    const place = this.reserve(16);
    this.set(place, replyKind.data);
    this.set(place.at(8), this.value(new Address('header', header.failureId)));
    return place;
  }

  stepAt(offset: number): NamedStep | undefined {
    return findStep(this.steps, stepBytes, offset);
  }

  /** Initialised data, in order. */
  get data(): readonly Uint8Array[] {
    return this.#data;
  }

  #operate(
    name: keyof typeof operation,
    args: readonly Value[],
    result: Address | undefined,
  ): void {
    this.steps.push({
      label: name,
      operation: name,
      call: undefined,
      arguments: args,
      result,
      target: 'next',
    });
  }
}
