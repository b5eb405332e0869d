import { describe, expect, it } from 'vitest';
import { compileDeviceProgram } from '../../../runtime/cgroup/device-program/compile.ts';
import { EbpfAssembler, EbpfLabel } from '../../../runtime/cgroup/device-program/ebpf-assembler.ts';
import { deviceAllowList } from '../../../runtime/cgroup/device-rules.ts';
import { deviceRuleSchema } from '../../../runtime/spec/device.ts';
import { Random } from '../launch/random.ts';
import { runDeviceProgram, unreachable } from './ebpf-interpreter.ts';
import { allRequests, isAllowed, randomRules } from './random-devices.ts';

function compile(rules: readonly object[]): Uint8Array | undefined {
  return compileDeviceProgram(deviceAllowList(rules.map((rule) => deviceRuleSchema.parse(rule))));
}

/** The verdict about a request such as `b 8:0 rw`. */
function ask(rules: readonly object[], request: string): 'allow' | 'deny' {
  const [type = '', numbers = '', access = ''] = request.split(' ');
  const [major = 0, minor = 0] = numbers.split(':').map(Number);
  const program = compile(rules);
  if (program === undefined) return 'allow';
  const result = runDeviceProgram(program, {
    type: type === 'b' ? 'b' : 'c',
    major,
    minor,
    access,
  });
  return result === 1 ? 'allow' : 'deny';
}

describe('a device program', () => {
  it.each(['c 1:3 rw', 'c 1:9 r', 'c 5:0 rw', 'c 5:2 rw', 'c 136:77 rw', 'c 10:200 rw', 'b 8:0 m'])(
    'always allows %s',
    (request) => {
      expect(ask([], request)).toBe('allow');
    },
  );

  it.each(['b 8:0 r', 'b 8:0 rm', 'c 1:1 r', 'c 1:4 w', 'c 5:3 r', 'c 10:229 rw', 'b 1:3 r'])(
    'denies %s when nothing is said of it',
    (request) => {
      expect(ask([], request)).toBe('deny');
      expect(ask([{ allow: true }, { allow: false, access: 'rwm' }], request)).toBe('deny');
    },
  );

  it('follows the last rule that fits, for each kind of access', () => {
    const rules = [
      { allow: true, type: 'b', major: 8, access: 'rw' },
      { allow: false, type: 'b', major: 8, minor: 1, access: 'w' },
    ];
    expect(ask(rules, 'b 8:0 rw')).toBe('allow');
    expect(ask(rules, 'b 8:1 r')).toBe('allow');
    expect(ask(rules, 'b 8:1 w')).toBe('deny');
    expect(ask(rules, 'b 8:1 rw')).toBe('deny');
    expect(ask(rules.toReversed(), 'b 8:1 rw')).toBe('allow');
  });

  it('puts kinds of access together that several rules allow', () => {
    const rules = ['r', 'w'].map((access) => ({ allow: true, type: 'b', major: 8, access }));
    expect(ask(rules, 'b 8:0 rw')).toBe('allow');
  });

  it('takes a rule without a type for one about both types, and not for one about every device', () => {
    const rules = [{ allow: true, major: 10, minor: 229 }];
    expect(ask(rules, 'c 10:229 rw')).toBe('allow');
    expect(ask(rules, 'b 10:229 rw')).toBe('allow');
    expect(ask(rules, 'c 10:228 rw')).toBe('deny');
  });

  // runc takes any rule about type "a" for "everything", and would allow or deny all of it here.
  it('takes a rule about both types for the access that it names', () => {
    const disk = { allow: true, type: 'b', major: 8, access: 'rw' };
    const readAll = { allow: true, type: 'a', access: 'r' };
    expect(ask([readAll], 'b 8:0 r')).toBe('allow');
    expect(ask([readAll], 'b 8:0 w')).toBe('deny');
    const noWrites = { allow: false, type: 'a', access: 'w' };
    expect(ask([disk, noWrites], 'b 8:0 r')).toBe('allow');
    expect(ask([disk, noWrites], 'b 8:0 w')).toBe('deny');
    expect(ask([noWrites, disk], 'b 8:0 rw')).toBe('allow');
  });

  it('begins anew at a rule about everything, in whatever words', () => {
    const disk = { allow: true, type: 'b', major: 8, minor: 0 };
    const all = { allow: false, type: 'a', major: -1, minor: -1, access: 'mwr' };
    expect(ask([disk, all], 'b 8:0 r')).toBe('deny');
    expect(ask([{ allow: true }, disk, all], 'c 10:229 r')).toBe('deny');
    expect(ask([all, disk], 'b 8:0 rwm')).toBe('allow');
    expect(ask([all, disk], 'b 8:1 r')).toBe('deny');
  });

  it('cannot be kept from the devices that every container may use, but by one that may use all', () => {
    const noNull = { allow: false, type: 'c', major: 1, minor: 3 };
    expect(ask([noNull], 'c 1:3 rw')).toBe('allow');
    expect(ask([{ allow: true }, noNull], 'c 1:3 rw')).toBe('deny');
  });

  it('can be about all minor, or all major numbers', () => {
    const rules = [
      { allow: true, type: 'c', major: 81 },
      { allow: false, type: 'c', minor: 7, access: 'rw' },
    ];
    expect(ask(rules, 'c 81:0 rw')).toBe('allow');
    expect(ask(rules, 'c 81:7 r')).toBe('deny');
    expect(ask(rules, 'c 81:7 m')).toBe('allow');
    expect(ask(rules, 'b 81:0 r')).toBe('deny');
  });

  it('can take single devices from one that may use all', () => {
    const rules = [{ allow: true }, { allow: false, type: 'c', major: 1, minor: 3 }];
    expect(ask(rules, 'c 1:3 r')).toBe('deny');
    expect(ask(rules, 'b 8:0 rwm')).toBe('allow');
  });

  it('is not needed when everything is allowed', () => {
    expect(compile([{ allow: false }, { allow: true }])).toBeUndefined();
  });

  it('does not take access that the kernel may learn for one that was allowed', () => {
    const program =
      compile([{ allow: true, type: 'b', major: 8, access: 'r' }]) ?? new Uint8Array();
    const request = { type: 'b', major: 8, minor: 0, access: 'r' } as const;
    expect(runDeviceProgram(program, request)).toBe(1);
    expect(runDeviceProgram(program, { ...request, moreAccess: 8 })).toBe(0);
  });

  it.each(Array.from({ length: 300 }, (_, seed) => seed))(
    'means what its rules say (random rules, seed %i)',
    (seed) => {
      const rules = randomRules(new Random(seed));
      const program = compile(rules);
      const wrong = allRequests().filter((request) => {
        const verdict = program === undefined ? 1 : runDeviceProgram(program, request);
        return verdict !== (isAllowed(rules, request) ? 1 : 0);
      });
      expect(wrong).toEqual([]);
      expect(program && unreachable(program)).toEqual(program && []);
    },
  );

  it('refuses rules that the kernel would not take, before they take much time', () => {
    const majors = Array.from({ length: 1500 }, (_, major) => ({ allow: true, type: 'b', major }));
    const minors = Array.from({ length: 1500 }, (_, minor) => ({ allow: true, type: 'b', minor }));
    expect(() => compile([...majors, ...minors])).toThrow('wanted fewer rules');
    expect(compile(majors)).toBeInstanceOf(Uint8Array);
  });
});

describe('EbpfAssembler', () => {
  it('encodes as the kernel does', () => {
    const assembler = new EbpfAssembler();
    const end = new EbpfLabel();
    assembler.load32(2, 1, 4);
    assembler.jumpIfAnyBit(2, 0xfff80000, end);
    assembler.jump(end);
    assembler.place(end);
    assembler.return(1);
    // llvm-mc -triple bpfel: r2 = *(u32 *)(r1 + 4); if r2 & 0xfff80000 goto +1; goto +0; r0 = 1; exit
    expect(Buffer.from(assembler.finish()).toString('hex').match(/.{16}/g)).toEqual([
      '6112040000000000',
      '450201000000f8ff',
      '0500000000000000',
      'b700000001000000',
      '9500000000000000',
    ]);
  });

  it('refuses a jump back, and one to nowhere', () => {
    const back = new EbpfAssembler();
    const start = new EbpfLabel();
    back.place(start);
    back.jump(start);
    expect(() => back.finish()).toThrow('not behind it');
    const lost = new EbpfAssembler();
    lost.jump(new EbpfLabel());
    expect(() => lost.finish()).toThrow('not behind it');
  });
});
