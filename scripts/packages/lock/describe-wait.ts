import { packageMessages as m } from '../../../messages/areas/packages.ts';
import type { LockWait } from './lock-file.ts';

/** A wait for the package manager's lock, in one line for people. */
export function describeWait({ pid, command, path, waitedMs }: LockWait): string {
  if (pid === undefined) return m.lockWaitingLeft({ path });
  return m.lockWaiting({ pid, command, seconds: Math.round(waitedMs / 1000) });
}
