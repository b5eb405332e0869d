import {
  X86Assembler,
  r8,
  r9,
  r10,
  r12,
  r13,
  r14,
  r15,
  rax,
  rbp,
  rbx,
  rcx,
  rdi,
  rdx,
  rsi,
} from '../assembler/x86-64.ts';
import type { CodeLabel } from '../assembler/code-buffer.ts';
import { errnoNumber } from '../errno.ts';
import { argumentCount, failureSize, header, operation, shape, step } from '../layout.ts';
import { callNumber } from '../tables/call-number.ts';
import { assembleReceive } from './x86-64-receive.ts';
import { assembleCopy, assembleEscape } from './x86-64-text.ts';

/*
 * Registers that live through a program:
 *   rbx  address of the program     r12  offset of the current step     r15  address of the current step
 * While a step's arguments are resolved: rbp the kinds that are left, rcx the argument's number, r13 how many there are,
 * r14 the last offset at which 64 bits are in the program's memory.
 */

/** Assembles the executor for x86-64. */
export function assembleX86Executor(): X86Assembler {
  const a = new X86Assembler();
  const labels = {
    run: a.label('run'),
    step: a.label('step'),
    next: a.label('next'),
    store: a.label('store'),
    fail: a.label('fail'),
    fault: a.label('fault'),
    receive: a.label('receive'),
  };

  // Entry: the first program comes from standard input.
  const refused = a.label('refused');
  a.op('xor', rdi, rdi);
  a.call(labels.receive);
  a.op('test', rax, rax);
  a.jumpIf('jle', refused);

  a.place(labels.run);
  a.op('mov', rbx, rax);
  a.loadImmediate(r12, header.size);
  a.jump(labels.step);

  a.place(labels.next);
  a.memory('load16', rax, { base: r15, displacement: step.size });
  a.op('add', r12, rax);
  a.place(labels.step);
  resolveArguments(a, labels.fault);
  dispatch(a, labels);

  a.place(labels.fault);
  a.loadImmediate(rax, errnoNumber('EFAULT'));
  a.place(labels.fail);
  sendFailure(a);

  // No program, or one that was refused: its errno is the exit status, 0 for an empty input.
  a.place(refused);
  a.op('mov', rdi, rax);
  a.negate(rdi);
  a.loadImmediate(rax, callNumber('x86_64', 'exit_group'));
  a.syscall();

  assembleReceive(a, labels.receive);
  return a;
}

/** Finds the current step and leaves its arguments in rdi, rsi, rdx, r10, r8, r9. */
function resolveArguments(a: X86Assembler, fault: CodeLabel): void {
  const argument = a.label('argument');
  const resolved = a.label('resolved');
  const value64 = a.label('value64');

  a.memory('load32', rax, { base: rbx, displacement: header.stepsEnd });
  a.op('cmp', r12, rax);
  a.jumpIf('jae', fault);
  a.memory('lea', r15, { base: rbx, index: { register: r12, scale: 1 } });
  a.memory('load8', r13, { base: r15, displacement: step.shape });
  a.opImmediate('and', r13, 7);
  a.memory('load16', rbp, { base: r15, displacement: step.kinds });
  a.memory('load64', r14, { base: rbx, displacement: header.memorySize });
  a.opImmediate('sub', r14, 8);
  a.loadImmediate(rcx, argumentCount);

  a.place(argument);
  a.op('xor', rax, rax);
  a.op('cmp', rcx, r13);
  a.jumpIf('ja', resolved);
  // Argument n, counted from 1.
  a.memory('loadSigned32', rax, {
    base: r15,
    index: { register: rcx, scale: step.wordSize },
    displacement: step.arguments - step.wordSize,
  });
  a.op('mov', rdx, rbp);
  a.shift('shr', rbp, 2);
  a.opImmediate('and', rdx, 3);
  a.jumpIf('je', resolved);
  a.op('cmp', rax, r14);
  a.jumpIf('ja', fault);
  a.op('add', rax, rbx);
  a.opImmediate('sub', rdx, 2);
  a.jumpIf('jb', resolved);
  a.jumpIf('je', value64);
  a.memory('loadSigned32', rax, { base: rax });
  a.jump(resolved);
  a.place(value64);
  a.memory('load64', rax, { base: rax });
  a.place(resolved);
  a.push(rax);
  a.opImmediate('sub', rcx, 1);
  a.jumpIf('jne', argument);

  for (const register of [rdi, rsi, rdx, r10, r8, r9]) a.pop(register);
}

interface Labels {
  readonly run: CodeLabel;
  readonly step: CodeLabel;
  readonly next: CodeLabel;
  readonly store: CodeLabel;
  readonly fail: CodeLabel;
  readonly fault: CodeLabel;
  readonly receive: CodeLabel;
}

/** Carries the operation out; its result, if it has one, is in rax at `store`. */
function dispatch(a: X86Assembler, labels: Labels): void {
  a.memory('load8', rax, { base: r15, displacement: step.operation });

  const when = (code: number, body: () => void): void => {
    const other = a.label(`not operation ${code}`);
    a.opImmediate('cmp', rax, code);
    a.jumpIf('jne', other);
    body();
    a.place(other);
  };
  const result = (code: number, body: () => void): void => {
    when(code, () => {
      body();
      a.jump(labels.store);
    });
  };

  result(operation.syscall, () => {
    a.memory('load16', rax, { base: r15, displacement: step.callNumber });
    a.syscall();
  });
  result(operation.receive, () => {
    a.call(labels.receive);
  });
  when(operation.run, () => {
    a.op('mov', rax, rdi);
    a.jump(labels.run);
  });
  when(operation.fail, () => {
    a.op('mov', rax, rdi);
    a.jump(labels.fail);
  });

  jumps(a, { when, next: labels.next, step: labels.step });
  stores(a, { when, next: labels.next });
  arithmetic(a, result);
  result(operation.escape, () => {
    assembleEscape(a);
  });
  when(operation.copy, () => {
    assembleCopy(a);
    a.jump(labels.next);
  });

  // No such operation.
  a.jump(labels.fault);

  a.place(labels.store);
  storeResult(a, labels);
}

type Case = (code: number, body: () => void) => void;

function jumps(
  a: X86Assembler,
  {
    when,
    next,
    step: start,
  }: { readonly when: Case; readonly next: CodeLabel; readonly step: CodeLabel },
): void {
  const take = (): void => {
    // Behind two arguments.
    a.memory('load32', r12, { base: r15, displacement: step.arguments + 2 * step.wordSize });
    a.jump(start);
  };
  const conditional = (code: number, opposite: 'jne' | 'je' | 'jge' | 'jl'): void => {
    when(code, () => {
      a.op('cmp', rdi, rsi);
      a.jumpIf(opposite, next);
      take();
    });
  };
  conditional(operation.jumpEq, 'jne');
  conditional(operation.jumpNe, 'je');
  conditional(operation.jumpLt, 'jge');
  conditional(operation.jumpGe, 'jl');
}

function stores(
  a: X86Assembler,
  { when, next }: { readonly when: Case; readonly next: CodeLabel },
): void {
  when(operation.store8, () => {
    a.store8(rdi, rsi);
    a.jump(next);
  });
  when(operation.store32, () => {
    a.memory('store32', rsi, { base: rdi });
    a.jump(next);
  });
  when(operation.store64, () => {
    a.memory('store64', rsi, { base: rdi });
    a.jump(next);
  });
}

function arithmetic(a: X86Assembler, result: Case): void {
  result(operation.load8, () => {
    a.memory('load8', rax, { base: rdi });
  });
  result(operation.load32, () => {
    a.memory('loadSigned32', rax, { base: rdi });
  });
  result(operation.load64, () => {
    a.memory('load64', rax, { base: rdi });
  });
  result(operation.set, () => {
    a.op('mov', rax, rdi);
  });
  for (const mnemonic of ['add', 'sub', 'and', 'or'] as const) {
    result(operation[mnemonic], () => {
      a.op('mov', rax, rdi);
      a.op(mnemonic, rax, rsi);
    });
  }
  result(operation.mul, () => {
    a.op('mov', rax, rdi);
    a.multiply(rax, rsi);
  });
  for (const mnemonic of ['shl', 'shr'] as const) {
    result(operation[mnemonic], () => {
      a.op('mov', rax, rdi);
      a.op('mov', rcx, rsi);
      a.shiftByCl(mnemonic, rax);
    });
  }
  const divide = (): void => {
    // AArch64 divides by zero without a trap; here it raises SIGFPE, which the launcher reports as a crash.
    a.op('mov', rax, rdi);
    a.op('xor', rdx, rdx);
    a.divide(rsi);
  };
  result(operation.div, divide);
  result(operation.rem, () => {
    divide();
    a.op('mov', rax, rdx);
  });
}

/** Stores rax where the step wants it; an error of a call then jumps to its target or fails. */
function storeResult(a: X86Assembler, labels: Labels): void {
  const stored = a.label('stored');
  // rdx the shape, rsi what is behind the arguments.
  a.memory('load8', rdx, { base: r15, displacement: step.shape });
  a.op('mov', rcx, rdx);
  a.opImmediate('and', rcx, 7);
  a.memory('lea', rsi, {
    base: r15,
    index: { register: rcx, scale: step.wordSize },
    displacement: step.arguments,
  });
  a.op('mov', rcx, rdx);
  a.opImmediate('and', rcx, shape.result);
  a.jumpIf('je', stored);
  a.memory('load32', rcx, { base: rsi });
  a.opImmediate('add', rsi, step.wordSize);
  a.memory('load64', rdi, { base: rbx, displacement: header.memorySize });
  a.opImmediate('sub', rdi, 8);
  a.op('cmp', rcx, rdi);
  a.jumpIf('ja', labels.fault);
  a.memory('store64', rax, { base: rbx, index: { register: rcx, scale: 1 } });
  a.place(stored);

  a.memory('load8', rcx, { base: r15, displacement: step.operation });
  a.opImmediate('cmp', rcx, operation.receive);
  a.jumpIf('ja', labels.next);
  // An error is -4095 to -1: as errno - 1 without a sign, below 4095.
  a.negate(rax);
  a.opImmediate('sub', rax, 1);
  a.loadImmediate(rcx, 4095);
  a.op('cmp', rax, rcx);
  a.jumpIf('jae', labels.next);
  a.opImmediate('add', rax, 1);
  a.shift('shr', rdx, 6);
  a.jumpIf('je', labels.fail);
  a.opImmediate('cmp', rdx, shape.onError.next >> 6);
  a.jumpIf('je', labels.next);
  a.memory('load32', r12, { base: rsi });
  a.jump(labels.step);
}

/** Sends the failure reply with the errno in rax and ends the process with status 1. */
function sendFailure(a: X86Assembler): void {
  a.memory('store32', r12, { base: rbx, displacement: header.failureStep });
  a.memory('store32', rax, { base: rbx, displacement: header.failureErrno });
  a.memory('load32', rdi, { base: rbx, displacement: header.replyFd });
  a.memory('lea', rsi, { base: rbx, displacement: header.failure });
  a.loadImmediate(rdx, failureSize);
  a.loadImmediate(rax, callNumber('x86_64', 'write'));
  a.syscall();
  a.loadImmediate(rdi, 1);
  a.loadImmediate(rax, callNumber('x86_64', 'exit_group'));
  a.syscall();
}
