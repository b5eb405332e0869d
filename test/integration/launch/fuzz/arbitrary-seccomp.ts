import fc from 'fast-check';
import {
  seccompActions,
  seccompArchitectures,
  seccompFlags,
  type SeccompInput,
  seccompOperators,
} from '../../../../runtime/spec/seccomp.ts';

/** Calls that the start itself needs, calls that no program does without, and names that are none. */
const names = fc.constantFrom(
  ...['execve', 'setresuid', 'setgroups', 'capset', 'prctl', 'chdir', 'getcwd', 'write', 'close'],
  ...['exit_group', 'read', 'mmap', 'brk', 'nanosleep', 'openat', 'socket', 'no_such_call', ''],
);

const number = fc.constantFrom(0n, 1n, 0xffff_ffffn, 1n << 32n, (1n << 64n) - 1n);

/** Filters that let everything through but little, and such that let nothing through. */
export const arbitrarySeccomp: fc.Arbitrary<SeccompInput> = fc.record(
  {
    defaultAction: fc.oneof(
      { weight: 3, arbitrary: fc.constant('SCMP_ACT_ALLOW' as const) },
      { weight: 1, arbitrary: fc.constantFrom(...seccompActions) },
    ),
    defaultErrnoRet: fc.constantFrom(0, 1, 38, 4095, 4096, 65_535),
    architectures: fc.subarray([...seccompArchitectures], { maxLength: 4 }),
    flags: fc.subarray([...seccompFlags]),
    syscalls: fc.array(
      fc.record(
        {
          names: fc.array(names, { maxLength: 3 }),
          action: fc.constantFrom(...seccompActions),
          errnoRet: fc.constantFrom(0, 1, 4096),
          args: fc.array(
            fc.record(
              {
                index: fc.nat(6),
                value: number,
                valueTwo: number,
                op: fc.constantFrom(...seccompOperators),
              },
              { requiredKeys: ['index', 'value', 'op'] },
            ),
            { maxLength: 3 },
          ),
        },
        { requiredKeys: ['names', 'action'] },
      ),
      { maxLength: 3 },
    ),
    listenerPath: fc.constantFrom('', '/nowhere/agent.sock', 'relative'),
    listenerMetadata: fc.constantFrom('', 'x'),
  },
  { requiredKeys: ['defaultAction'] },
);
