import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { defaultCapabilities } from '../../../runtime/launch/process/capabilities.ts';
import { compileSeccomp } from '../../../runtime/launch/seccomp/compile.ts';
import type { CompiledFilter } from '../../../runtime/launch/seccomp/compile.ts';
import { defaultSeccomp } from '../../../runtime/launch/seccomp/default-profile.ts';
import { seccompOperators, seccompSchema } from '../../../runtime/spec/seccomp.ts';
import type { SeccompInput } from '../../../runtime/spec/seccomp.ts';
import { currentArchitecture } from '../../../runtime/syscall/architecture.ts';
import {
  PR_SET_NO_NEW_PRIVS,
  SECCOMP_SET_MODE_FILTER,
} from '../../../runtime/syscall/constants/process.ts';
import { Launcher } from '../../../runtime/syscall/launcher.ts';
import { ProgramBuilder } from '../../../runtime/syscall/program-builder.ts';
import { edges, meaningOf } from '../../unit/launch/seccomp-oracle.ts';

const architecture = currentArchitecture();
const native = {
  x86_64: ['SCMP_ARCH_X86_64', 0xc000003e],
  aarch64: ['SCMP_ARCH_AARCH64', 0xc00000b7],
} as const;

const EPERM = 1;
const EBADF = 9;
const EINVAL = 22;
const ENOSYS = 38;

let launcher: Launcher;
beforeAll(async () => {
  launcher = await Launcher.start();
});
afterAll(async () => {
  await launcher.stop();
});

type Call = readonly [name: string, ...args: readonly (number | bigint)[]];

function install(p: ProgramBuilder, filter: CompiledFilter): void {
  const fprog = p.bytes(new Uint8Array(16));
  p.set(fprog, filter.instructions);
  p.pointer(fprog.at(8), p.bytes(filter.program));
  p.call('give up new privileges', 'prctl', [PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0]);
  p.call('install the filter', 'seccomp', [SECCOMP_SET_MODE_FILTER, filter.flags, fprog]);
}

/** What the kernel answers to each call in a process with the filter: a result, or a negative errno. */
async function answers(
  filter: CompiledFilter | undefined,
  calls: readonly Call[],
): Promise<readonly number[]> {
  const p = new ProgramBuilder('calls under a filter');
  const results = p.reserve(8 * calls.length);
  if (filter !== undefined) install(p, filter);
  for (const [index, [name, ...args]] of calls.entries()) {
    p.set(results.at(8 * index), p.call(name, name, args, { onError: 'ignore' }));
  }
  p.reply(results, 8 * calls.length);
  const { data } = await launcher.run(p);
  return calls.map((_call, index) => Number(data.readBigInt64LE(8 * index)));
}

function compile(profile: SeccompInput): CompiledFilter {
  return compileSeccomp(seccompSchema.parse(profile), architecture);
}

describe('the default profile in the kernel', () => {
  const filter = compileSeccomp(
    defaultSeccomp({
      capabilities: defaultCapabilities,
      architecture,
      kernel: { major: 6, minor: 18 },
    }),
    architecture,
  );
  const CLONE_NEWUTS = 0x4000000;
  const forbidden: readonly Call[] = [
    ['unshare', CLONE_NEWUTS],
    ['sethostname', 0, 0],
    ['socket', 38, 5, 0],
    ['personality', 0x40000],
    ['keyctl', 0, -3, 0],
    ['clone', CLONE_NEWUTS | 17, 0, 0, 0, 0],
    ['io_uring_setup', 1, 0],
  ];

  it('forbids what would work without it', async () => {
    expect(await answers(filter, forbidden)).toEqual(forbidden.map(() => -EPERM));
    const [unshared, , , personality] = await answers(undefined, forbidden.slice(0, 4));
    expect(unshared).toBe(0);
    expect(personality).toBeGreaterThanOrEqual(0);
  });

  it('hides clone3 and calls that it does not know', async () => {
    expect(
      await answers(filter, [
        ['clone3', 0, 0],
        ['file_getattr', -1, 0, 0, 0, 0],
      ]),
    ).toEqual([-ENOSYS, -ENOSYS]);
    expect(await answers(undefined, [['clone3', 0, 0]])).toEqual([-EINVAL]);
  });

  it('lets usual calls pass', async () => {
    const results = await answers(filter, [
      ['getpid'],
      ['socket', 1, 1, 0],
      ['personality', 0xffffffff],
      ['dup', 1],
      ['umask', 0o22],
    ]);
    for (const result of results) expect(result).toBeGreaterThanOrEqual(0);
  });
});

describe('conditions in the kernel', () => {
  // fadvise64 of a descriptor that is none does nothing whatever the other arguments, and its answer is EBADF.
  it.each(seccompOperators)('%s means the same there', async (op) => {
    for (const value of edges) {
      const profile = seccompSchema.parse({
        defaultAction: 'SCMP_ACT_ALLOW',
        syscalls: [
          {
            names: ['fadvise64'],
            action: 'SCMP_ACT_ERRNO',
            errnoRet: 77,
            args: [{ index: 1, value, valueTwo: 0x100000001n, op }],
          },
        ],
      });
      const [name, arch] = native[architecture];
      const nr = architecture === 'x86_64' ? 221 : 223;
      const found = await answers(
        compileSeccomp(profile, architecture),
        edges.map((argument) => ['fadvise64', -1, BigInt.asIntN(64, argument), 0, 0]),
      );
      const expected = edges.map((argument) =>
        meaningOf(profile, name, { arch, nr, args: [0xffffffffffffffffn, argument] }) === 0x5004d
          ? -77
          : -EBADF,
      );
      expect(found, `${op} ${value}`).toEqual(expected);
    }
  });
});

describe('the kernel', () => {
  it('takes a filter of nearly 4096 instructions', async () => {
    const filter = compile({
      defaultAction: 'SCMP_ACT_ALLOW',
      syscalls: Array.from({ length: 1000 }, (_, i) => ({
        names: ['fadvise64'],
        action: 'SCMP_ACT_ERRNO' as const,
        errnoRet: 77,
        args: [{ index: 1, value: i, op: 'SCMP_CMP_EQ' as const }],
      })),
    });
    expect(filter.instructions).toBeGreaterThan(3900);
    expect(
      await answers(filter, [
        ['fadvise64', -1, 999, 0, 0],
        ['fadvise64', -1, 1000, 0, 0],
      ]),
    ).toEqual([-77, -EBADF]);
  });

  it('kills the process that makes a call with such an action', async () => {
    const filter = compile({
      defaultAction: 'SCMP_ACT_ALLOW',
      syscalls: [{ names: ['getpgid'], action: 'SCMP_ACT_KILL_PROCESS' }],
    });
    await expect(answers(filter, [['getpgid', 0]])).rejects.toMatchObject({
      code: 'PROGRAM_CRASHED',
    });
  });

  it('accepts the flags', async () => {
    const filter = compile({
      defaultAction: 'SCMP_ACT_ALLOW',
      flags: [
        'SECCOMP_FILTER_FLAG_LOG',
        'SECCOMP_FILTER_FLAG_SPEC_ALLOW',
        'SECCOMP_FILTER_FLAG_TSYNC',
      ],
    });
    expect(await answers(filter, [['getpgid', 0]])).toEqual([expect.any(Number)]);
  });
});
