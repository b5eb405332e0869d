import { describe, expect, it } from 'vitest';
import { ProgramBuilder } from '../../../runtime/syscall/program-builder.ts';
import { architectures, execute, type Outcome } from './run-executor.ts';

const pageBytes = 4096;

function textOf({ replies }: Outcome): string {
  const [first] = replies;
  if (first?.kind !== 'data') throw new Error(`no data in ${JSON.stringify(replies)}`);
  return first.data.toString('latin1');
}

/** A beginning that uses a few pages of data, first and last. */
function useMuch(p: ProgramBuilder): void {
  for (let i = 0; i < 4; i += 1) {
    const text = p.bytes(Buffer.alloc(pageBytes, `beginning ${i} `));
    p.call('look', 'mkdirat', [-1, text, 0], { onError: 'ignore' });
  }
}

/** A reply of `length` bytes at an address that is known when the program runs. */
function replyFrom(p: ProgramBuilder, from: Parameters<ProgramBuilder['set']>[1], length: number) {
  const copy = p.reserve(length);
  p.copy({ from, to: copy, length });
  p.reply(copy, length);
}

describe.each(architectures)('a program that forgets its beginning, on %s', (architecture) => {
  it('has only whole pages of its data less', () => {
    const p = new ProgramBuilder('test');
    useMuch(p);
    p.forgetSteps();
    const kept = p.bytes(Buffer.from('kept'));
    // Named from behind: an address in what is forgotten would keep it.
    replyFrom(p, p.compute('sub', kept, 2 * pageBytes), 2 * pageBytes + 4);
    const text = textOf(execute(architecture, p));
    const data = text.replaceAll('\0', '');
    expect(text.length - data.length).toBeGreaterThanOrEqual(pageBytes);
    // Between them is the address of what is kept, any 8 bytes.
    expect(data).toMatch(/^[beginning 0-9]*[^]{0,8}kept$/);
  });

  it('has the strings it needs later', () => {
    const p = new ProgramBuilder('test');
    p.call('look', 'mkdirat', [-1, p.string('shared'), 0], { onError: 'ignore' });
    useMuch(p);
    p.forgetSteps();
    p.reply(p.string('shared'), 6);
    expect(textOf(execute(architecture, p))).toBe('shared');
  });

  it('has the data that is named by a place of before', () => {
    const p = new ProgramBuilder('test');
    const kept = p.bytes(Buffer.from('kept'));
    useMuch(p);
    p.forgetSteps();
    p.reply(kept, 4);
    expect(textOf(execute(architecture, p))).toBe('kept');
  });

  it('has the data whose address is in a variable, and in a variable that was set from it', () => {
    const p = new ProgramBuilder('test');
    const kept = p.bytes(Buffer.from('kept'));
    const [one, other] = [p.value(p.reserve(8)), p.value(p.reserve(8))];
    p.set(one, kept);
    useMuch(p);
    p.set(other, p.compute('add', one, 1));
    p.forgetSteps();
    replyFrom(p, other, 3);
    expect(textOf(execute(architecture, p))).toBe('ept');
  });

  it('has the data that an address was stored in memory of', () => {
    const p = new ProgramBuilder('test');
    const kept = p.bytes(Buffer.from('kept'));
    const place = p.reserve(16);
    p.store(64, p.compute('add', place, 8), kept);
    useMuch(p);
    p.forgetSteps();
    replyFrom(p, p.load(64, p.compute('add', place, 8)), 4);
    expect(textOf(execute(architecture, p))).toBe('kept');
  });

  it('has the data that pointers in its data lead to', () => {
    const p = new ProgramBuilder('test');
    const kept = p.bytes(Buffer.from('kept'));
    useMuch(p);
    const pointer = p.bytes(new Uint8Array(8));
    p.pointer(pointer, kept);
    p.forgetSteps();
    replyFrom(p, p.value(pointer), 4);
    expect(textOf(execute(architecture, p))).toBe('kept');
  });

  it('may forget twice', () => {
    const p = new ProgramBuilder('test');
    useMuch(p);
    p.forgetSteps();
    const kept = p.bytes(Buffer.from('kept'));
    useMuch(p);
    p.forgetSteps();
    p.reply(kept, 4);
    expect(textOf(execute(architecture, p))).toBe('kept');
  });

  it('goes on where there is too little to forget', () => {
    const p = new ProgramBuilder('test');
    p.call('look', 'mkdirat', [-1, p.string('none'), 0], { onError: 'ignore' });
    p.forgetSteps();
    p.reply(p.string('none'), 4);
    expect(textOf(execute(architecture, p))).toBe('none');
  });
});
