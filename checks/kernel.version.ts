import coerce from 'semver/functions/coerce.js';
import lt from 'semver/functions/lt.js';
import { checkKernelMessages as m } from '../messages/areas/checks-kernel.ts';
import type { Check } from './check.ts';

/** The oldest kernel with all that a container needs (that of Enterprise Linux 7). */
const oldest = '3.10.0';

/** Whether the kernel is new enough. */
export const kernelVersion: Check = {
  id: 'kernel.version',
  title: m.versionTitle,
  group: 'kernel',
  wanted: m.versionWanted,
  why: m.versionWhy,
  severity: 'fail',
  privilege: 'none',
  probe({ machine: { release } }) {
    // Vendors append what semver does not know (`6.18.44-fc-v669`, `3.10.0-1160.el7.x86_64`): numbers only.
    const version = coerce(release);
    const seen = m.versionSeen({ release });
    if (version === null) {
      const odd = m.versionOdd({ release });
      return Promise.resolve({ status: 'fail', seen: odd, remedy: m.versionOddRemedy() });
    }
    const details = { release, version: version.version };
    if (lt(version, oldest)) {
      return Promise.resolve({ status: 'fail', seen, remedy: m.versionUpgrade(), details });
    }
    return Promise.resolve({ status: 'pass', seen, details });
  },
};
