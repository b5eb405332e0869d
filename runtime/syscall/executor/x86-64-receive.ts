import {
  type X86Assembler,
  r8,
  r9,
  r10,
  r13,
  r14,
  rax,
  rbp,
  rcx,
  rdi,
  rdx,
  rsi,
  rsp,
} from '../assembler/x86-64.ts';
import type { CodeLabel } from '../assembler/code-buffer.ts';
import { errnoNumber } from '../errno.ts';
import { header, magic, maxCount, maxMemorySize, step } from '../layout.ts';
import { callNumber } from '../tables/call-number.ts';

/** Subroutine: reads a program from the descriptor in rdi; its address, 0 at end of file, or -errno in rax. */
export function assembleReceive(a: X86Assembler, start: CodeLabel): void {
  const readFullStart = a.label('read full');
  const malformed = a.label('malformed');
  const tooBig = a.label('too big');
  const giveUp = a.label('give up');
  const done = a.label('done');
  const discardHeader = a.label('discard header');
  const ended = a.label('ended');

  // Saved by hand, so that a step that receives keeps its place: r15 and rbx stay untouched.
  a.place(start);
  a.op('mov', r14, rdi);
  a.opImmediate('sub', rsp, header.size);
  a.op('mov', rsi, rsp);
  a.loadImmediate(r13, header.size);
  a.call(readFullStart);
  a.op('test', rax, rax);
  a.jumpIf('jne', ended);

  a.loadImmediate64(rax, magic);
  a.memory('load64', rcx, { base: rsp, displacement: header.magic });
  a.op('cmp', rax, rcx);
  a.jumpIf('jne', malformed);
  a.memory('load64', rsi, { base: rsp, displacement: header.memorySize });
  a.loadImmediate(rax, maxMemorySize);
  a.op('cmp', rsi, rax);
  a.jumpIf('ja', tooBig);
  a.memory('load64', rcx, { base: rsp, displacement: header.fileSize });
  a.op('cmp', rcx, rsi);
  a.jumpIf('ja', malformed);
  // Both are of 32 bits, so that the sums below cannot overflow.
  a.memory('load32', rdi, { base: rsp, displacement: header.stepsEnd });
  a.op('cmp', rdi, rax);
  a.jumpIf('ja', tooBig);
  a.loadImmediate(rax, maxCount);
  a.memory('load32', rdx, { base: rsp, displacement: header.relocationCount });
  a.op('cmp', rdx, rax);
  a.jumpIf('ja', tooBig);
  a.shift('shl', rdx, 2);
  a.op('add', rdx, rdi);
  a.op('cmp', rdx, rcx);
  a.jumpIf('ja', malformed);
  // Whatever a step consists of, it is in the memory.
  a.opImmediate('add', rdi, step.maxSize);
  a.op('cmp', rdi, rsi);
  a.jumpIf('ja', malformed);

  // mmap(NULL, memorySize, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
  a.op('xor', rdi, rdi);
  a.loadImmediate(rdx, 3);
  a.loadImmediate(r10, 0x22);
  a.op('xor', r8, r8);
  a.opImmediate('sub', r8, 1);
  a.op('xor', r9, r9);
  a.loadImmediate(rax, callNumber('x86_64', 'mmap'));
  a.syscall();
  a.op('test', rax, rax);
  a.jumpIf('js', discardHeader);
  a.op('mov', rbp, rax);
  for (let offset = 0; offset < header.size; offset += 8) a.popMemory(rbp, offset);

  a.memory('lea', rsi, { base: rbp, displacement: header.size });
  a.memory('load64', r13, { base: rbp, displacement: header.fileSize });
  a.opImmediate('sub', r13, header.size);
  a.call(readFullStart);
  a.op('test', rax, rax);
  a.jumpIf('jne', giveUp);
  relocate(a, { done, malformed: giveUp });
  a.place(done);
  a.op('mov', rax, rbp);
  a.place(giveUp);
  a.ret();

  a.place(ended);
  // An end of file before the first byte is no error: there is no further program.
  a.opImmediate('cmp', r13, header.size);
  a.jumpIf('jne', discardHeader);
  a.opImmediate('cmp', rax, -errnoNumber('EPIPE'));
  a.jumpIf('jne', discardHeader);
  a.op('xor', rax, rax);
  a.jump(discardHeader);
  a.place(tooBig);
  a.loadImmediate(rax, errnoNumber('E2BIG'));
  a.negate(rax);
  a.jump(discardHeader);
  a.place(malformed);
  a.loadImmediate(rax, errnoNumber('EBADMSG'));
  a.negate(rax);
  a.place(discardHeader);
  a.opImmediate('add', rsp, header.size);
  a.ret();

  readFull(a, readFullStart);
}

/** Adds the program's address (rbp) to every 64-bit value that a relocation names. */
function relocate(
  a: X86Assembler,
  { done, malformed }: { readonly done: CodeLabel; readonly malformed: CodeLabel },
): void {
  const loop = a.label('relocation');
  a.memory('load32', rcx, { base: rbp, displacement: header.stepsEnd });
  a.memory('lea', rsi, { base: rbp, index: { register: rcx, scale: 1 } });
  a.memory('load32', rcx, { base: rbp, displacement: header.relocationCount });
  a.memory('load64', rdi, { base: rbp, displacement: header.memorySize });
  a.opImmediate('sub', rdi, 8);
  a.place(loop);
  a.opImmediate('sub', rcx, 1);
  a.jumpIf('js', done);
  a.memory('load32', rdx, { base: rsi });
  a.opImmediate('add', rsi, 4);
  a.loadImmediate(rax, errnoNumber('EBADMSG'));
  a.negate(rax);
  a.op('cmp', rdx, rdi);
  a.jumpIf('ja', malformed);
  a.op('add', rdx, rbp);
  a.memory('load64', rax, { base: rdx });
  a.op('add', rax, rbp);
  a.memory('store64', rax, { base: rdx });
  a.jump(loop);
}

/** Subroutine: reads r13 bytes from r14 to rsi; 0, or -errno in rax (-EPIPE when the input ends too early). */
function readFull(a: X86Assembler, start: CodeLabel): void {
  const complete = a.label('complete');
  const failed = a.label('failed');
  a.place(start);
  a.op('test', r13, r13);
  a.jumpIf('je', complete);
  a.op('mov', rdi, r14);
  a.op('mov', rdx, r13);
  a.loadImmediate(rax, callNumber('x86_64', 'read'));
  a.syscall();
  a.op('test', rax, rax);
  a.jumpIf('js', failed);
  a.op('add', rsi, rax);
  a.op('sub', r13, rax);
  a.op('test', rax, rax);
  a.jumpIf('jne', start);
  a.loadImmediate(rax, errnoNumber('EPIPE'));
  a.negate(rax);
  a.place(failed);
  a.ret();
  a.place(complete);
  a.op('xor', rax, rax);
  a.ret();
}
