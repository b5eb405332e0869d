import semver from 'semver';
import type { Check } from './check.ts';

/** The oldest kernel with all that a container needs (that of Enterprise Linux 7). */
const oldest = '3.10.0';

/** Whether the kernel is new enough. */
export const kernelVersion: Check = {
  id: 'kernel.version',
  title: 'Kernel version',
  group: 'kernel',
  wanted: 'Linux 3.10 or newer',
  why: 'Older kernels lack user namespaces and parts of cgroups, and crash with many containers.',
  severity: 'fail',
  privilege: 'none',
  probe({ machine: { release } }) {
    // Vendors append what semver does not know (`6.18.44-fc-v669`, `3.10.0-1160.el7.x86_64`): numbers only.
    const version = semver.coerce(release);
    const seen = `Linux "${release}"`;
    if (version === null) {
      const remedy = 'Boot a Linux kernel whose release begins with its version.';
      return Promise.resolve({ status: 'fail', seen: `release "${release}"`, remedy });
    }
    const details = { release, version: version.version };
    if (semver.lt(version, oldest)) {
      const remedy = 'Upgrade to a newer release of the distribution, or install its newer kernel.';
      return Promise.resolve({ status: 'fail', seen, remedy, details });
    }
    return Promise.resolve({ status: 'pass', seen, details });
  },
};
