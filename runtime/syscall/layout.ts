/**
 * The binary form of a syscall program: what the builder writes and the executor reads. All little-endian.
 *
 *     header | steps | relocations | constants | data | zeroed memory | zeroed pages
 *     `------------------- fileSize ----------------'
 *     `----------------------------- memorySize -----------------------------------'
 */

/** Offsets in the 64-byte header. */
export const header = {
  size: 64,
  magic: 0,
  fileSize: 8,
  memorySize: 16,
  /** Offset of the first byte behind the steps, where the relocations are. */
  stepsEnd: 24,
  relocationCount: 28,
  /** A ready-made reply (see `reply`) that the executor completes and sends when a step fails. */
  failure: 32,
  failureId: 40,
  failureStep: 48,
  failureErrno: 52,
  /** File descriptor that replies go to; a program may change it while it runs. */
  replyFd: 56,
} as const;

/** First 8 bytes of a program: "BERTHPR2". */
export const magic = 0x3252504854524542n;

/** A program begins on a page, and so do its zeroed pages. */
export const pageSize = 4096;

/** The executor refuses more memory: E2BIG. */
export const maxMemorySize = 64 * 1024 * 1024;

/** The executor refuses more relocations: E2BIG. */
export const maxCount = 0xfffff;

/**
 * Offsets in a step: a head of 8 bytes, its arguments of 4 bytes each, and then, where its shape says so, the offset in the
 * program's memory to store the result at, and the offset of the step to go on with. Steps are named by their offset.
 */
export const step = {
  headSize: 8,
  operation: 0,
  /** See `shape`. */
  shape: 1,
  callNumber: 2,
  /** Two bits an argument, the last argument lowest: see `argumentKind`. */
  kinds: 4,
  /** Bytes to the next step. */
  size: 6,
  arguments: 8,
  /** Of an argument, a result and a target. */
  wordSize: 4,
  /** A step with everything. The executor may look at so much behind the beginning of any step. */
  maxSize: 40,
} as const;

/** What a step consists of, in its second byte; the lowest three bits are the number of its arguments. */
export const shape = {
  /** It has a result. */
  result: 1 << 4,
  /** What becomes of an error, in the highest two bits. Jumps have a target, too. */
  onError: { fail: 0 << 6, next: 1 << 6, target: 2 << 6 },
} as const;

/** Arguments of a step, used or not. */
export const argumentCount = 6;

/** How an argument's 32 bits are meant. */
export const argumentKind = {
  /** A number, sign-extended; what does not fit is a `value64` among the program's data. */
  immediate: 0,
  /** Offset in the program's memory; its absolute address is passed. */
  address: 1,
  /** Offset of a 64-bit value. */
  value64: 2,
  /** Offset of a 32-bit value, which is sign-extended. */
  value32: 3,
} as const;

/** Operations. The first two can fail with an errno (a result of -4095 to -1). */
export const operation = {
  syscall: 0,
  /** Reads a program from file descriptor a0 into new memory; its address, or 0 at end of file. */
  receive: 1,
  set: 2,
  add: 3,
  sub: 4,
  mul: 5,
  div: 6,
  rem: 7,
  and: 8,
  or: 9,
  shl: 10,
  shr: 11,
  load8: 12,
  load32: 13,
  load64: 14,
  store8: 15,
  store32: 16,
  store64: 17,
  jumpEq: 18,
  jumpNe: 19,
  jumpLt: 20,
  jumpGe: 21,
  /** Goes on with the program at address a0, from its first step. Does not return. */
  run: 22,
  /** Fails with errno a0, as if a call had. */
  fail: 23,
  /** Copies text with replacements, as the `escaping` structure at a0 says; its result is where it stopped in the target. */
  escape: 24,
  /** Copies a2 bytes from a1 to a0, the first one first. */
  copy: 25,
} as const;

/**
 * The structure of `escape`, all of 64 bits. Each byte of the source is replaced by up to 7 bytes, and behind each newline the
 * suffix follows. Up to 15 bytes behind where it stops are overwritten.
 */
export const escaping = {
  size: 80,
  /** Absolute address of the next byte; moved on. */
  source: 0,
  sourceEnd: 8,
  /** Absolute address of the next byte to write; moved on. */
  target: 16,
  /** From here on it stops behind a suffix. */
  lineLimit: 24,
  /** From here on it stops behind any byte. */
  limit: 32,
  /** Absolute addresses of the suffix' first byte and of the one behind its last. */
  suffix: 40,
  suffixEnd: 48,
  /** Absolute address of 256 times 64 bits: up to 7 bytes in the low ones, and their number in the highest. */
  table: 56,
  /** `source` and `target` behind the last suffix. */
  lineSource: 64,
  lineTarget: 72,
} as const;

/** A reply: 16 bytes {u32 kind, u32 payload length, u64 program id}, then the payload. */
export const reply = {
  size: 16,
  kind: 0,
  length: 4,
  id: 8,
} as const;

/** Kinds of replies, with their payloads. */
export const replyKind = {
  /** {u32 step, u32 errno} from a program that failed. */
  failed: 1,
  /** {u32 pid, u32 0} from the launcher when it has forked the program's process. */
  started: 2,
  /** {u32 pid, u32 wait status} from the launcher when it has reaped a child; the id is 0. */
  exited: 3,
  /** {u32 errno, u32 0} from the launcher when it refuses what it was sent; it then ends. */
  refused: 4,
  /** Bytes that a program sent with `reply`. */
  data: 5,
} as const;

/** Size of the failure reply in the header: a reply with an 8-byte payload. */
export const failureSize = reply.size + 8;
