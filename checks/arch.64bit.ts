import { checkSystemMessages as m } from '../messages/areas/checks-system.ts';
import type { Check } from './check.ts';

/** Processors for which berth emits machine code, by their names in uname(2). */
const supported = ['x86_64', 'aarch64', 'arm64'];

/** Whether processor, kernel and user space are all 64-bit ones that berth has an executor for. */
export const arch64Bit: Check = {
  id: 'arch.64bit',
  title: m.archTitle,
  group: 'system',
  wanted: m.archWanted,
  why: m.archWhy,
  severity: 'fail',
  privilege: 'none',
  probe({ machine: { hardware, wordBits } }) {
    const seen = m.archSeen({ hardware, bits: wordBits });
    const details = { hardware, wordBits };
    if (!supported.includes(hardware)) {
      return Promise.resolve({ status: 'fail', seen, remedy: m.archOtherMachine(), details });
    }
    if (wordBits === 32) {
      return Promise.resolve({ status: 'fail', seen, remedy: m.arch64Edition(), details });
    }
    return Promise.resolve({ status: 'pass', seen, details });
  },
};
