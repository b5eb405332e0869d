import { type Aarch64Assembler, zeroOrSp as sp } from '../assembler/aarch64.ts';
import type { CodeLabel } from '../assembler/code-buffer.ts';
import { errnoNumber } from '../errno.ts';
import { header, magic, maxCount, maxMemorySize, step } from '../layout.ts';
import { callNumber } from '../tables/call-number.ts';

const fd = 23;
const remaining = 24;
const address = 25;
const returnTo = 26;

/** Subroutine: reads a program from the descriptor in x0; its address, 0 at end of file, or -errno in x0. */
export function assembleReceive(a: Aarch64Assembler, start: CodeLabel): void {
  const readFullStart = a.label('read full');
  const malformed = a.label('malformed');
  const tooBig = a.label('too big');
  const giveUp = a.label('give up');
  const done = a.label('done');
  const discardHeader = a.label('discard header');
  const ended = a.label('ended');

  a.place(start);
  a.move(returnTo, 30);
  a.move(fd, 0);
  a.opImmediate('sub', [sp, sp], header.size);
  a.moveFromStack(1);
  a.loadImmediate(remaining, header.size);
  a.call(readFullStart);
  a.compareImmediate(0, 0);
  a.jumpIf('ne', ended);
  checkHeader(a, { malformed, tooBig });

  // mmap(NULL, memorySize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
  a.loadImmediate(0, 0);
  a.loadImmediate(2, 3);
  a.loadImmediate(3, 0x22);
  a.loadNegative(4, 1);
  a.loadImmediate(5, 0);
  a.loadImmediate(8, callNumber('aarch64', 'mmap'));
  a.syscall();
  a.compareImmediate(0, 0);
  a.jumpIf('lt', discardHeader);
  a.move(address, 0);
  for (let offset = 0; offset < header.size; offset += 16) {
    a.loadPair([9, 10], { base: sp, offset });
    a.storePair([9, 10], { base: address, offset });
  }
  a.opImmediate('add', [sp, sp], header.size);

  a.opImmediate('add', [1, address], header.size);
  a.access('load64', remaining, { base: address, offset: header.fileSize });
  a.opImmediate('sub', [remaining, remaining], header.size);
  a.call(readFullStart);
  a.compareImmediate(0, 0);
  a.jumpIf('ne', giveUp);
  relocate(a, { done, malformed: giveUp });
  a.place(done);
  a.move(0, address);
  a.place(giveUp);
  a.move(30, returnTo);
  a.ret();

  a.place(ended);
  // An end of file before the first byte is no error: there is no further program.
  a.compareImmediate(remaining, header.size);
  a.jumpIf('ne', discardHeader);
  a.compareNegative(0, errnoNumber('EPIPE'));
  a.jumpIf('ne', discardHeader);
  a.loadImmediate(0, 0);
  a.jump(discardHeader);
  a.place(tooBig);
  a.loadNegative(0, errnoNumber('E2BIG'));
  a.jump(discardHeader);
  a.place(malformed);
  a.loadNegative(0, errnoNumber('EBADMSG'));
  a.place(discardHeader);
  a.opImmediate('add', [sp, sp], header.size);
  a.move(30, returnTo);
  a.ret();

  readFull(a, readFullStart);
}

/** Checks the header at the stack pointer; leaves memorySize in x1. */
function checkHeader(
  a: Aarch64Assembler,
  { malformed, tooBig }: { readonly malformed: CodeLabel; readonly tooBig: CodeLabel },
): void {
  a.loadImmediate(9, Number(magic & 0xffffn));
  for (const shift of [16, 32, 48] as const)
    a.insertImmediate(9, Number((magic >> BigInt(shift)) & 0xffffn), shift);
  a.access('load64', 10, { base: sp, offset: header.magic });
  a.compare(9, 10);
  a.jumpIf('ne', malformed);
  a.access('load64', 1, { base: sp, offset: header.memorySize });
  a.loadImmediate(9, 0);
  a.insertImmediate(9, maxMemorySize >> 16, 16);
  a.compare(1, 9);
  a.jumpIf('hi', tooBig);
  a.access('load64', 10, { base: sp, offset: header.fileSize });
  a.compare(10, 1);
  a.jumpIf('hi', malformed);
  // Both are of 32 bits, so that the sums below cannot overflow.
  a.access('load32', 11, { base: sp, offset: header.stepsEnd });
  a.compare(11, 9);
  a.jumpIf('hi', tooBig);
  // Whatever a step consists of, it is in the memory.
  a.opImmediate('add', [13, 11], step.maxSize);
  a.compare(13, 1);
  a.jumpIf('hi', malformed);
  a.loadImmediate(9, maxCount & 0xffff);
  a.insertImmediate(9, maxCount >> 16, 16);
  a.access('load32', 12, { base: sp, offset: header.relocationCount });
  a.compare(12, 9);
  a.jumpIf('hi', tooBig);
  a.addShifted([11, 11, 12], 2);
  a.compare(11, 10);
  a.jumpIf('hi', malformed);
}

/** Adds the program's address to every 64-bit value that a relocation names. */
function relocate(
  a: Aarch64Assembler,
  { done, malformed }: { readonly done: CodeLabel; readonly malformed: CodeLabel },
): void {
  const loop = a.label('relocation');
  a.access('load32', 9, { base: address, offset: header.stepsEnd });
  a.op('add', [10, address, 9]);
  a.access('load32', 9, { base: address, offset: header.relocationCount });
  a.access('load64', 11, { base: address, offset: header.memorySize });
  a.opImmediate('sub', [11, 11], 8);
  a.place(loop);
  a.jumpIfZero(9, done);
  a.opImmediate('sub', [9, 9], 1);
  a.access('load32', 12, { base: 10, offset: 0 });
  a.opImmediate('add', [10, 10], 4);
  a.loadNegative(0, errnoNumber('EBADMSG'));
  a.compare(12, 11);
  a.jumpIf('hi', malformed);
  a.op('add', [12, 12, address]);
  a.access('load64', 13, { base: 12, offset: 0 });
  a.op('add', [13, 13, address]);
  a.access('store64', 13, { base: 12, offset: 0 });
  a.jump(loop);
}

/** Subroutine: reads x24 bytes from x23 to x1; 0, or -errno in x0 (-EPIPE when the input ends too early). */
function readFull(a: Aarch64Assembler, start: CodeLabel): void {
  const complete = a.label('complete');
  const failed = a.label('failed');
  a.place(start);
  a.jumpIfZero(remaining, complete);
  a.move(0, fd);
  a.move(2, remaining);
  a.loadImmediate(8, callNumber('aarch64', 'read'));
  a.syscall();
  a.compareImmediate(0, 0);
  a.jumpIf('lt', failed);
  // x1 is an argument that the kernel leaves as it was.
  a.op('add', [1, 1, 0]);
  a.op('sub', [remaining, remaining, 0]);
  a.compareImmediate(0, 0);
  a.jumpIf('ne', start);
  a.loadNegative(0, errnoNumber('EPIPE'));
  a.place(failed);
  a.ret();
  a.place(complete);
  a.loadImmediate(0, 0);
  a.ret();
}
