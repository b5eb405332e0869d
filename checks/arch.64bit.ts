import type { Check } from './check.ts';

/** Processors for which berth emits machine code, by their names in uname(2). */
const supported = ['x86_64', 'aarch64', 'arm64'];

/** Whether processor, kernel and user space are all 64-bit ones that berth has an executor for. */
export const arch64Bit: Check = {
  id: 'arch.64bit',
  title: 'Processor',
  group: 'system',
  wanted: '"x86_64" or "aarch64" with a 64-bit user space',
  why: 'berth emits its own machine code, for x86-64 and AArch64 only.',
  severity: 'fail',
  privilege: 'none',
  probe({ machine: { hardware, wordBits } }) {
    const seen = `"${hardware}" with a ${wordBits}-bit user space`;
    const details = { hardware, wordBits };
    if (!supported.includes(hardware)) {
      const remedy = 'Install a 64-bit system on an x86-64 or AArch64 machine.';
      return Promise.resolve({ status: 'fail', seen, remedy, details });
    }
    if (wordBits === 32) {
      const remedy = 'Install the 64-bit edition of the system: this processor can run it.';
      return Promise.resolve({ status: 'fail', seen, remedy, details });
    }
    return Promise.resolve({ status: 'pass', seen, details });
  },
};
