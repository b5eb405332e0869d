import { describe, expect, it } from 'vitest';
import { errnoNumber } from '../../../runtime/syscall/errno.ts';
import { escaping, header, maxMemorySize, shape, step } from '../../../runtime/syscall/layout.ts';
import { ProgramBuilder } from '../../../runtime/syscall/program-builder.ts';
import { architectures, bytesOf, execute, feed, type Outcome } from './run-executor.ts';

/** A program whose reply is the given values, 64 bits each. */
function reporting(
  build: (p: ProgramBuilder) => readonly Parameters<ProgramBuilder['set']>[1][],
): ProgramBuilder {
  const p = new ProgramBuilder('test');
  const values = build(p);
  const out = p.reserve(8 * values.length);
  values.forEach((value, i) => {
    p.set(out.at(8 * i), value);
  });
  p.reply(out, 8 * values.length);
  return p;
}

function valuesOf({ replies }: Outcome): readonly bigint[] {
  const [first] = replies;
  if (first?.kind !== 'data') throw new Error(`no data in ${JSON.stringify(replies)}`);
  return Array.from({ length: first.data.length / 8 }, (_, i) => first.data.readBigInt64LE(8 * i));
}

describe.each(architectures)('executor for %s', (architecture) => {
  it('computes', () => {
    const program = reporting((p) => [
      p.compute('add', 40, 2),
      p.compute('sub', 2, 44),
      p.compute('mul', 6, 7),
      p.compute('div', 100, 7),
      p.compute('rem', 100, 7),
      p.compute('and', 0b1100, 0b1010),
      p.compute('or', 0b1100, 0b1010),
      p.compute('shl', 3, 33),
      p.compute('shr', 2n ** 40n, 38),
    ]);
    expect(valuesOf(execute(architecture, program))).toEqual([
      42n,
      -42n,
      42n,
      14n,
      2n,
      8n,
      14n,
      3n << 33n,
      4n,
    ]);
  });

  it('takes numbers of any size', () => {
    const numbers = [
      ...[2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53 - 1, -(2 ** 31), -(2 ** 31) - 1, -1],
      ...[2n ** 63n - 1n, -(2n ** 63n), 5n, -5n],
    ];
    const program = reporting(() => numbers);
    expect(valuesOf(execute(architecture, program))).toEqual(numbers.map(BigInt));
  });

  it('loads and stores every width at computed addresses', () => {
    const program = reporting((p) => {
      const memory = p.bytes(Buffer.from('ffeeddccbbaa9988ffffffffffffffff', 'hex'));
      const at = p.compute('add', memory, 8);
      p.store(8, at, 0x11);
      p.store(32, p.compute('add', at, 4), -2);
      return [
        p.load(8, memory),
        p.load(32, memory),
        p.load(64, memory),
        p.value(memory.at(8)),
        p.value32(memory.at(12)),
      ];
    });
    expect(valuesOf(execute(architecture, program))).toEqual([
      0xffn,
      BigInt.asIntN(32, 0xccddeeffn),
      BigInt.asIntN(64, 0x8899aabbccddeeffn),
      BigInt.asIntN(64, 0xfffffffeffffff11n),
      -2n,
    ]);
  });

  it('takes each jump by its condition, signed', () => {
    const program = reporting((p) =>
      (
        [
          ['eq', 1, 1],
          ['eq', 1, 2],
          ['ne', 1, 2],
          ['ne', 1, 1],
          ['lt', -1, 0],
          ['lt', 0, 0],
          ['ge', 0, -1],
          ['ge', -1, 0],
        ] as const
      ).map(([comparison, left, right]) => {
        const taken = p.label();
        const result = p.reserve(8);
        p.set(result, 1);
        p.jumpIf(comparison, left, right, taken);
        p.set(result, 0);
        p.place(taken);
        return p.value(result);
      }),
    );
    expect(valuesOf(execute(architecture, program))).toEqual([1n, 0n, 1n, 0n, 1n, 0n, 1n, 0n]);
  });

  it('loops: a sum from 1 to 1000', () => {
    const program = reporting((p) => {
      const [i, sum] = [p.reserve(8), p.reserve(8)];
      const again = p.label();
      p.place(again);
      p.set(i, p.compute('add', p.value(i), 1));
      p.set(sum, p.compute('add', p.value(sum), p.value(i)));
      p.jumpIf('lt', p.value(i), 1000, again);
      return [p.value(sum)];
    });
    expect(valuesOf(execute(architecture, program))).toEqual([500_500n]);
  });

  it('escapes text, with a suffix behind each line, and stops at its limits', () => {
    const table = Buffer.alloc(256 * 8);
    for (let byte = 0; byte < 256; byte += 1) {
      const text = byte === 0x61 ? '<aaaaa>' : byte === 0x0a ? '' : String.fromCharCode(byte);
      table.write(text, byte * 8, 'latin1');
      table[byte * 8 + 7] = text.length;
    }
    const source = 'xay\nsecond\nrest';
    const suffix = '|a suffix|';
    const escaped = (limits: { readonly line: number; readonly any: number }): string => {
      const p = new ProgramBuilder('test');
      const structure = p.bytes(new Uint8Array(escaping.size));
      const from = p.bytes(Buffer.from(source));
      const end = p.bytes(Buffer.from(`${suffix}more`));
      const out = p.reserve(200);
      for (const [at, value] of [
        [escaping.source, from],
        [escaping.sourceEnd, p.compute('add', from, source.length)],
        [escaping.target, p.compute('add', out, 16)],
        [escaping.lineLimit, p.compute('add', out, 16 + limits.line)],
        [escaping.limit, p.compute('add', out, 16 + limits.any)],
        [escaping.suffix, end],
        [escaping.suffixEnd, p.compute('add', end, suffix.length)],
        [escaping.table, p.bytes(table)],
      ] as const)
        p.set(structure.at(at), value);
      const stopped = p.escape(structure);
      p.set(out, p.compute('sub', stopped, out));
      p.set(out.at(8), p.compute('sub', p.value(structure.at(escaping.source)), from));
      p.reply(out, 200);
      const { replies } = execute(architecture, p);
      const [first] = replies;
      if (first?.kind !== 'data') throw new Error(JSON.stringify(replies));
      const [length, taken] = [first.data.readBigInt64LE(0), first.data.readBigInt64LE(8)];
      return `${first.data.toString('latin1', 16, Number(length))} ${taken}`;
    };
    expect(escaped({ line: 100, any: 100 })).toBe('x<aaaaa>y|a suffix|second|a suffix|rest 15');
    expect(escaped({ line: 1, any: 100 })).toBe('x<aaaaa>y|a suffix| 4');
    expect(escaped({ line: 100, any: 2 })).toBe('x<aaaaa> 2');
  });

  it('copies down over itself', () => {
    const program = reporting((p) => {
      const memory = p.bytes(Buffer.from('0123456789abcdef'));
      p.copy({ from: p.compute('add', memory, 3), to: memory, length: 11 });
      p.copy({ from: memory, to: p.compute('add', memory, 9), length: 0 });
      return [p.value(memory), p.value(memory.at(8))];
    });
    const [low = 0n, high = 0n] = valuesOf(execute(architecture, program));
    const bytes = Buffer.from(BigInt64Array.of(low, high).buffer).toString();
    expect(bytes).toBe('3456789abcdbcdef');
  });

  it('runs a poll loop over a pipe until it has been closed', () => {
    const program = reporting((p) => {
      const fds = p.reserve(8);
      const polled = p.reserve(8);
      const buffer = p.reserve(16);
      const total = p.reserve(8);
      const [parent, again, done] = [p.label(), p.label(), p.label()];
      p.call('pipe', 'pipe2', [fds, 0]);
      const pid = p.call('fork', 'clone', [17, 0, 0, 0, 0]);
      p.jumpIf('ne', pid, 0, parent);
      for (const word of ['one', 'three', 'five'])
        p.call('write', 'write', [p.value32(fds.at(4)), p.string(word), word.length]);
      p.exit(0);
      p.place(parent);
      p.call('close', 'close', [p.value32(fds.at(4))]);
      p.set(polled, p.compute('or', p.value32(fds), 2 ** 32));
      p.place(again);
      p.call('poll', 'ppoll', [polled, 1, 0, 0, 0]);
      const count = p.call('read', 'read', [p.value32(fds), buffer, 3]);
      p.set(total, p.compute('add', p.value(total), count));
      p.jumpIf('ne', count, 0, again);
      p.place(done);
      return [p.value(total)];
    });
    expect(valuesOf(execute(architecture, program))).toEqual([12n]);
  });

  it('fills arrays of pointers, as execve takes them', () => {
    const p = new ProgramBuilder('test');
    const output = p.string('/proc/self/fd/1');
    p.call(
      'execve',
      'execve',
      [p.string('/nonexistent'), p.stringArray(['a', 'b']), p.stringArray([])],
      { onError: 'ignore' },
    );
    const array = p.stringArray(['first', 'second']);
    p.reply(array, 24);
    p.call('use', 'readlinkat', [-100, output, p.reserve(64), 64]);
    const [reply] = execute(architecture, p).replies;
    if (reply?.kind !== 'data') throw new Error('no data');
    expect(reply.data.readBigUInt64LE(8) - reply.data.readBigUInt64LE(0)).toBe(8n);
    expect(reply.data.readBigUInt64LE(16)).toBe(0n);
  });

  it('reports the step and the errno of a call that fails, and ends with status 1', () => {
    const p = new ProgramBuilder('test');
    p.call('fine', 'getpid', []);
    p.call('open a file that is not there', 'openat', [-100, p.string('/nonexistent'), 0, 0]);
    p.exit(99);
    const { status, replies } = execute(architecture, p);
    expect(status).toBe(1);
    expect(replies).toMatchObject([{ kind: 'failed', id: 7, errno: errnoNumber('ENOENT') }]);
    const [failed] = replies;
    expect(failed?.kind === 'failed' && p.stepAt(failed.step)).toMatchObject({
      label: 'open a file that is not there',
      call: 'openat',
    });
  });

  it('goes on, or jumps, where an error is expected', () => {
    const program = reporting((p) => {
      const missing = p.label();
      const ignored = p.call('open', 'openat', [-100, p.string('/nonexistent'), 0, 0], {
        onError: 'ignore',
      });
      p.call('open', 'openat', [-100, p.string('/nonexistent'), 0, 0], { onError: missing });
      p.exit(99);
      p.place(missing);
      return [ignored];
    });
    expect(valuesOf(execute(architecture, program))).toEqual([-2n]);
  });

  it('fails with the errno that a program chooses', () => {
    const p = new ProgramBuilder('test');
    p.fail('refuse', errnoNumber('EPROTO'));
    expect(execute(architecture, p).replies).toMatchObject([
      { kind: 'failed', step: header.size, errno: errnoNumber('EPROTO') },
    ]);
  });

  describe('refuses', () => {
    const good = bytesOf(
      architecture,
      reporting((p) => [p.compute('add', 1, 1)]),
    );
    const changed = (change: (view: DataView) => void): Uint8Array => {
      const bytes = Uint8Array.from(good);
      change(new DataView(bytes.buffer));
      return bytes;
    };

    it.each<readonly [string, Uint8Array, string]>([
      [
        'another format',
        changed((view) => {
          view.setUint8(header.magic, 0);
        }),
        'EBADMSG',
      ],
      ['a header that is cut short', good.subarray(0, 30), 'EPIPE'],
      ['a program that is cut short', good.subarray(0, good.length - 1), 'EPIPE'],
      [
        'more memory than the limit',
        changed((view) => {
          view.setBigUint64(header.memorySize, BigInt(maxMemorySize + 1), true);
        }),
        'E2BIG',
      ],
      [
        'a file larger than its memory',
        changed((view) => {
          view.setBigUint64(header.memorySize, 64n, true);
        }),
        'EBADMSG',
      ],
      [
        'steps beyond the file',
        changed((view) => {
          view.setUint32(header.stepsEnd, 100_000, true);
        }),
        'EBADMSG',
      ],
      [
        'steps beyond all memory',
        changed((view) => {
          view.setUint32(header.stepsEnd, 0xffffffff, true);
        }),
        'E2BIG',
      ],
      [
        'an absurd number of relocations',
        changed((view) => {
          view.setUint32(header.relocationCount, 0xffffffff, true);
        }),
        'E2BIG',
      ],
    ])('%s', (_name, bytes, errno) => {
      expect(feed(architecture, bytes)).toMatchObject({
        status: errnoNumber(errno),
        signal: null,
        replies: [],
      });
    });

    it('nothing at all, quietly', () => {
      expect(feed(architecture, new Uint8Array(0))).toMatchObject({ status: 0, replies: [] });
    });

    it('a relocation outside its memory', () => {
      const p = new ProgramBuilder('test');
      p.stringArray(['x']);
      const bytes = Uint8Array.from(bytesOf(architecture, p));
      const view = new DataView(bytes.buffer);
      view.setUint32(view.getUint32(header.stepsEnd, true), 0xfffffff0, true);
      expect(feed(architecture, bytes)).toMatchObject({
        status: errnoNumber('EBADMSG'),
        signal: null,
      });
    });

    it.each<readonly [string, (view: DataView) => void]>([
      [
        'an unknown operation',
        (view) => {
          view.setUint8(header.size, 200);
        },
      ],
      [
        'an argument outside its memory',
        (view) => {
          view.setUint16(header.size + step.kinds, 0b01 << 2, true);
          view.setUint32(header.size + step.arguments, 2 ** 31 - 1, true);
        },
      ],
      [
        'an argument before its memory',
        (view) => {
          view.setUint16(header.size + step.kinds, 0b10 << 2, true);
          view.setInt32(header.size + step.arguments, -8, true);
        },
      ],
      [
        'a result outside its memory',
        (view) => {
          view.setUint32(header.size + step.arguments + 8, 0xfffffff0, true);
        },
      ],
      [
        'a jump out of the program',
        (view) => {
          view.setUint8(header.size, 18);
          view.setUint8(header.size + step.shape, 2 | shape.onError.target);
          view.setUint16(header.size + step.kinds, 0, true);
          view.setBigUint64(header.size + step.arguments, 0n, true);
          view.setUint32(header.size + step.arguments + 8, 5000, true);
        },
      ],
    ])('%s, as a failed step', (_name, change) => {
      expect(feed(architecture, changed(change))).toMatchObject({
        status: 1,
        replies: [{ kind: 'failed', errno: errnoNumber('EFAULT') }],
      });
    });
  });
});
