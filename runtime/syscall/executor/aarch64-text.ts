import type { Aarch64Assembler } from '../assembler/aarch64.ts';
import { escaping } from '../layout.ts';

const newline = 0x0a;

/*
 * x0 the structure    x1 source    x2 its end    x3 target    x4 its limit    x5 table    x9 to x12 scratch
 */

/** `escape`: the structure's address is in x0; where it stopped in the target goes there too. */
export function assembleEscape(a: Aarch64Assembler): void {
  const loop = a.label('escape');
  const line = a.label('line');
  const done = a.label('escaped');
  for (const [register, offset] of [
    [1, escaping.source],
    [2, escaping.sourceEnd],
    [3, escaping.target],
    [4, escaping.limit],
    [5, escaping.table],
  ] as const)
    a.access('load64', register, { base: 0, offset });

  a.place(loop);
  a.compare(1, 2);
  a.jumpIf('hs', done);
  a.access('load8', 9, { base: 1, offset: 0 });
  a.opImmediate('add', [1, 1], 1);
  a.loadIndexed(10, 5, 9);
  a.access('store64', 10, { base: 3, offset: 0 });
  a.shiftRight([10, 10], 56);
  a.op('add', [3, 3, 10]);
  a.compareImmediate(9, newline);
  a.jumpIf('eq', line);
  a.compare(3, 4);
  a.jumpIf('lo', loop);
  a.jump(done);

  a.place(line);
  addSuffix(a);
  a.access('store64', 1, { base: 0, offset: escaping.lineSource });
  a.access('store64', 3, { base: 0, offset: escaping.lineTarget });
  a.access('load64', 10, { base: 0, offset: escaping.lineLimit });
  a.compare(3, 10);
  a.jumpIf('lo', loop);

  a.place(done);
  a.access('store64', 1, { base: 0, offset: escaping.source });
  a.access('store64', 3, { base: 0, offset: escaping.target });
  a.move(0, 3);
}

/** Eight bytes at once, and what was too much is taken back. */
function addSuffix(a: Aarch64Assembler): void {
  const suffix = a.label('suffix');
  a.access('load64', 11, { base: 0, offset: escaping.suffix });
  a.access('load64', 12, { base: 0, offset: escaping.suffixEnd });
  a.place(suffix);
  a.access('load64', 10, { base: 11, offset: 0 });
  a.access('store64', 10, { base: 3, offset: 0 });
  a.opImmediate('add', [11, 11], 8);
  a.opImmediate('add', [3, 3], 8);
  a.compare(11, 12);
  a.jumpIf('lo', suffix);
  a.op('sub', [11, 11, 12]);
  a.op('sub', [3, 3, 11]);
}

/** `copy`: x2 bytes from x1 to x0. */
export function assembleCopy(a: Aarch64Assembler): void {
  const loop = a.label('copy');
  const done = a.label('copied');
  a.op('add', [2, 2, 1]);
  a.place(loop);
  a.compare(1, 2);
  a.jumpIf('hs', done);
  a.access('load8', 9, { base: 1, offset: 0 });
  a.access('store8', 9, { base: 0, offset: 0 });
  a.opImmediate('add', [1, 1], 1);
  a.opImmediate('add', [0, 0], 1);
  a.jump(loop);
  a.place(done);
}
