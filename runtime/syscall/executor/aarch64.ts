import { Aarch64Assembler } from '../assembler/aarch64.ts';
import type { CodeLabel } from '../assembler/code-buffer.ts';
import { errnoNumber } from '../errno.ts';
import { argumentCount, failureSize, header, operation, shape, step } from '../layout.ts';
import { callNumber } from '../tables/call-number.ts';
import { assembleReceive } from './aarch64-receive.ts';
import { assembleCopy, assembleEscape } from './aarch64-text.ts';

/*
 * Registers that live through a program:
 *   x19  address of the program     x20  offset of the current step    x21  address of the current step
 * x0 to x5 hold a step's arguments, x8 the call number, x9 to x15 are scratch. x23 to x26 belong to `receive`.
 */
const program = 19;
const offset = 20;
const current = 21;

interface Labels {
  readonly run: CodeLabel;
  readonly step: CodeLabel;
  readonly next: CodeLabel;
  readonly store: CodeLabel;
  readonly fail: CodeLabel;
  readonly fault: CodeLabel;
  readonly receive: CodeLabel;
}

/** Assembles the executor for AArch64: the same machine as the one for x86-64, step by step. */
export function assembleAarch64Executor(): Aarch64Assembler {
  const a = new Aarch64Assembler();
  const labels: Labels = {
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
  a.loadImmediate(0, 0);
  a.call(labels.receive);
  a.compareImmediate(0, 0);
  a.jumpIf('le', refused);

  a.place(labels.run);
  a.move(program, 0);
  a.loadImmediate(offset, header.size);
  a.jump(labels.step);

  a.place(labels.next);
  a.access('load16', 9, { base: current, offset: step.size });
  a.op('add', [offset, offset, 9]);
  a.place(labels.step);
  resolveArguments(a, labels.fault);
  dispatch(a, labels);

  a.place(labels.fault);
  a.loadImmediate(0, errnoNumber('EFAULT'));
  a.place(labels.fail);
  sendFailure(a);

  // No program, or one that was refused: its errno is the exit status, 0 for an empty input.
  a.place(refused);
  a.negate(0, 0);
  a.loadImmediate(8, callNumber('aarch64', 'exit_group'));
  a.syscall();

  assembleReceive(a, labels.receive);
  return a;
}

/** Finds the current step and leaves its arguments in x0 to x5. */
function resolveArguments(a: Aarch64Assembler, fault: CodeLabel): void {
  const argument = a.label('argument');
  const resolved = a.label('resolved');
  const value64 = a.label('value64');

  a.access('load32', 9, { base: program, offset: header.stepsEnd });
  a.compare(offset, 9);
  a.jumpIf('hs', fault);
  a.op('add', [current, program, offset]);
  a.access('load8', 15, { base: current, offset: step.shape });
  argumentsOf(a, 15, 15);
  a.access('load16', 10, { base: current, offset: step.kinds });
  a.access('load64', 12, { base: program, offset: header.memorySize });
  a.opImmediate('sub', [12, 12], 8);
  a.loadImmediate(11, argumentCount);
  a.opImmediate('add', [9, current], step.arguments + argumentCount * step.wordSize);

  a.place(argument);
  a.opImmediate('sub', [9, 9], step.wordSize);
  a.loadImmediate(13, 0);
  a.compare(11, 15);
  a.jumpIf('hi', resolved);
  a.access('loadSigned32', 13, { base: 9, offset: 0 });
  a.lowTwoBits(14, 10);
  a.shiftRight([10, 10], 2);
  a.jumpIfZero(14, resolved);
  a.compare(13, 12);
  a.jumpIf('hi', fault);
  a.op('add', [13, 13, program]);
  a.compareImmediate(14, 2);
  a.jumpIf('lo', resolved);
  a.jumpIf('eq', value64);
  a.access('loadSigned32', 13, { base: 13, offset: 0 });
  a.jump(resolved);
  a.place(value64);
  a.access('load64', 13, { base: 13, offset: 0 });
  a.place(resolved);
  a.push(13);
  a.opImmediate('sub', [11, 11], 1);
  a.compareImmediate(11, 0);
  a.jumpIf('ne', argument);

  for (let register = 0; register < argumentCount; register += 1) a.pop(register);
}

/** How many arguments a step of this shape has: its lowest three bits. */
function argumentsOf(a: Aarch64Assembler, target: number, source: number): void {
  a.shiftLeft([target, source], 61);
  a.shiftRight([target, target], 61);
}

type Case = (code: number, body: () => void) => void;

/** Carries the operation out; its result, if it has one, is in x0 at `store`. */
function dispatch(a: Aarch64Assembler, labels: Labels): void {
  a.access('load8', 9, { base: current, offset: step.operation });

  const when: Case = (code, body) => {
    const other = a.label(`not operation ${code}`);
    a.compareImmediate(9, code);
    a.jumpIf('ne', other);
    body();
    a.place(other);
  };
  const result: Case = (code, body) => {
    when(code, () => {
      body();
      a.jump(labels.store);
    });
  };

  result(operation.syscall, () => {
    a.access('load16', 8, { base: current, offset: step.callNumber });
    a.syscall();
  });
  result(operation.receive, () => {
    a.call(labels.receive);
  });
  when(operation.run, () => {
    a.jump(labels.run);
  });
  when(operation.fail, () => {
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

function jumps(
  a: Aarch64Assembler,
  {
    when,
    next,
    step: start,
  }: { readonly when: Case; readonly next: CodeLabel; readonly step: CodeLabel },
): void {
  const conditional = (code: number, opposite: 'ne' | 'eq' | 'ge' | 'lt'): void => {
    when(code, () => {
      a.compare(0, 1);
      a.jumpIf(opposite, next);
      // Behind two arguments.
      const target = step.arguments + 2 * step.wordSize;
      a.access('load32', offset, { base: current, offset: target });
      a.jump(start);
    });
  };
  conditional(operation.jumpEq, 'ne');
  conditional(operation.jumpNe, 'eq');
  conditional(operation.jumpLt, 'ge');
  conditional(operation.jumpGe, 'lt');
}

function stores(
  a: Aarch64Assembler,
  { when, next }: { readonly when: Case; readonly next: CodeLabel },
): void {
  for (const width of ['store8', 'store32', 'store64'] as const) {
    when(operation[width], () => {
      a.access(width, 1, { base: 0, offset: 0 });
      a.jump(next);
    });
  }
}

function arithmetic(a: Aarch64Assembler, result: Case): void {
  for (const [width, access] of [
    ['load8', 'load8'],
    ['load32', 'loadSigned32'],
    ['load64', 'load64'],
  ] as const) {
    result(operation[width], () => {
      a.access(access, 0, { base: 0, offset: 0 });
    });
  }
  result(operation.set, () => {
    // The argument is the result.
  });
  const instructions = {
    add: 'add',
    sub: 'sub',
    and: 'and',
    or: 'orr',
    mul: 'mul',
    shl: 'lsl',
    shr: 'lsr',
    div: 'udiv',
  } as const;
  for (const [name, mnemonic] of Object.entries(instructions)) {
    result(operation[name as keyof typeof instructions], () => {
      a.op(mnemonic, [0, 0, 1]);
    });
  }
  result(operation.rem, () => {
    a.op('udiv', [9, 0, 1]);
    a.multiplySubtract([0, 9, 1, 0]);
  });
}

/** Stores x0 where the step wants it; an error of a call then jumps to its target or fails. */
function storeResult(a: Aarch64Assembler, labels: Labels): void {
  const stored = a.label('stored');
  // x11 the shape, x12 what is behind the arguments.
  a.access('load8', 11, { base: current, offset: step.shape });
  argumentsOf(a, 12, 11);
  a.addShifted([12, current, 12], 2);
  a.opImmediate('add', [12, 12], step.arguments);
  a.shiftRight([13, 11], Math.log2(shape.result));
  a.lowTwoBits(13, 13);
  a.jumpIfZero(13, stored);
  a.access('load32', 9, { base: 12, offset: 0 });
  a.opImmediate('add', [12, 12], step.wordSize);
  a.access('load64', 10, { base: program, offset: header.memorySize });
  a.opImmediate('sub', [10, 10], 8);
  a.compare(9, 10);
  a.jumpIf('hi', labels.fault);
  a.storeIndexed(0, program, 9);
  a.place(stored);

  a.access('load8', 9, { base: current, offset: step.operation });
  a.compareImmediate(9, operation.receive);
  a.jumpIf('hi', labels.next);
  // An error is -4095 to -1: above -4096 when read without a sign.
  a.compareNegative(0, 4095);
  a.jumpIf('lo', labels.next);
  a.negate(0, 0);
  a.shiftRight([11, 11], 6);
  a.jumpIfZero(11, labels.fail);
  a.compareImmediate(11, shape.onError.next >> 6);
  a.jumpIf('eq', labels.next);
  a.access('load32', offset, { base: 12, offset: 0 });
  a.jump(labels.step);
}

/** Sends the failure reply with the errno in x0 and ends the process with status 1. */
function sendFailure(a: Aarch64Assembler): void {
  a.access('store32', offset, { base: program, offset: header.failureStep });
  a.access('store32', 0, { base: program, offset: header.failureErrno });
  a.access('load32', 0, { base: program, offset: header.replyFd });
  a.opImmediate('add', [1, program], header.failure);
  a.loadImmediate(2, failureSize);
  a.loadImmediate(8, callNumber('aarch64', 'write'));
  a.syscall();
  a.loadImmediate(0, 1);
  a.loadImmediate(8, callNumber('aarch64', 'exit_group'));
  a.syscall();
}
