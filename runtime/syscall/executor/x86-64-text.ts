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
} from '../assembler/x86-64.ts';
import { escaping } from '../layout.ts';

const newline = 0x0a;

/** `escape`: the structure's address is in rdi; where it stopped in the target goes to rax. */
export function assembleEscape(a: X86Assembler): void {
  const loop = a.label('escape');
  const line = a.label('line');
  const done = a.label('escaped');
  for (const [register, displacement] of [
    [rsi, escaping.source],
    [r13, escaping.sourceEnd],
    [rdx, escaping.target],
    [r14, escaping.limit],
    [r10, escaping.table],
  ] as const)
    a.memory('load64', register, { base: rdi, displacement });

  a.place(loop);
  a.op('cmp', rsi, r13);
  a.jumpIf('jae', done);
  a.memory('load8', r8, { base: rsi });
  a.opImmediate('add', rsi, 1);
  a.memory('load64', r9, { base: r10, index: { register: r8, scale: 8 } });
  a.memory('store64', r9, { base: rdx });
  a.shift('shr', r9, 56);
  a.op('add', rdx, r9);
  a.opImmediate('cmp', r8, newline);
  a.jumpIf('je', line);
  a.op('cmp', rdx, r14);
  a.jumpIf('jb', loop);
  a.jump(done);

  a.place(line);
  addSuffix(a);
  a.memory('store64', rsi, { base: rdi, displacement: escaping.lineSource });
  a.memory('store64', rdx, { base: rdi, displacement: escaping.lineTarget });
  a.memory('load64', r9, { base: rdi, displacement: escaping.lineLimit });
  a.op('cmp', rdx, r9);
  a.jumpIf('jb', loop);

  a.place(done);
  a.memory('store64', rsi, { base: rdi, displacement: escaping.source });
  a.memory('store64', rdx, { base: rdi, displacement: escaping.target });
  a.op('mov', rax, rdx);
}

/** Eight bytes at once, and what was too much is taken back. */
function addSuffix(a: X86Assembler): void {
  const suffix = a.label('suffix');
  a.memory('load64', rcx, { base: rdi, displacement: escaping.suffix });
  a.memory('load64', rbp, { base: rdi, displacement: escaping.suffixEnd });
  a.place(suffix);
  a.memory('load64', r9, { base: rcx });
  a.memory('store64', r9, { base: rdx });
  a.opImmediate('add', rcx, 8);
  a.opImmediate('add', rdx, 8);
  a.op('cmp', rcx, rbp);
  a.jumpIf('jb', suffix);
  a.op('sub', rcx, rbp);
  a.op('sub', rdx, rcx);
}

/** `copy`: rdx bytes from rsi to rdi. */
export function assembleCopy(a: X86Assembler): void {
  const loop = a.label('copy');
  const done = a.label('copied');
  a.op('add', rdx, rsi);
  a.place(loop);
  a.op('cmp', rsi, rdx);
  a.jumpIf('jae', done);
  a.memory('load8', r8, { base: rsi });
  a.store8(rdi, r8);
  a.opImmediate('add', rsi, 1);
  a.opImmediate('add', rdi, 1);
  a.jump(loop);
  a.place(done);
}
