import { BerthError } from '../../errors/berth-error.ts';
import { isAlive } from '../../host/process-identity.ts';
import { sendSignal } from '../../host/send-signal.ts';
import { signalNumber } from '../../syscall/signal-number.ts';
import type { OciCommand } from '../command.ts';
import { letDie } from '../let-die.ts';
import { membersOf } from '../own-processes.ts';
import { ContainerFolder } from '../state/container-folder.ts';
import { statusOf } from '../state/status.ts';
import type { StoredState } from '../state/stored-state.ts';
import { statusError } from '../status-error.ts';

const SIGKILL = 9;

/** `berth oci kill`: sends a signal to the container's first process (runtime.md, "Kill"). */
export const killCommand: OciCommand = {
  options: [
    { name: 'all', short: 'a', takes: 'flag', help: 'send it to every process of the container' },
  ],
  operands: { usage: '<container-id> [<signal>]', minimum: 1, maximum: 2, from: 'anywhere' },
  failureStatus: 1,
  run: async ({ context, options, operands: [id = '', word = ''] }) => {
    const folder = new ContainerFolder(context, id);
    const state = await folder.readState();
    // Empty is none, as with runc: a script's variable that is not set.
    const signal = signalOf(word || 'SIGTERM');
    const status = await statusOf(folder, state);
    if (options.flag('all')) {
      // Of a container without a pid namespace of its own, others may be left.
      await signalAll(state, signal);
      if (signal === SIGKILL) await letDie(state);
      return 0;
    }
    // Without a pid namespace of its own the end of the first process is not the end of the others, who can still be killed.
    const killsAll = signal === SIGKILL && state.sharesPids;
    const outlived = killsAll && (await membersOf(state)).own.length > 0;
    if (status === 'creating' || (status === 'stopped' && !outlived)) {
      throw statusError(id, status, 'container not running');
    }
    if (killsAll) await signalAll(state, signal);
    else if (!sendSignal(state.process.pid, signal)) {
      throw statusError(id, 'stopped', 'container not running');
    }
    if (signal === SIGKILL) await letDie(state);
    return 0;
  },
};

/** To all at once; again for SIGKILL until nobody is there who could have been forked meanwhile. */
async function signalAll(state: StoredState, signal: number): Promise<void> {
  const { cgroup, process } = state;
  // Without cgroups the first is the only one that is known.
  if (cgroup.folders.length === 0 && (await isAlive(process))) sendSignal(process.pid, signal);
  const told = new Set<number>();
  for (;;) {
    const others = (await membersOf(state)).own.filter((pid) => !told.has(pid));
    for (const pid of others) {
      sendSignal(pid, signal);
      told.add(pid);
    }
    if (signal !== SIGKILL || others.length === 0) return;
  }
}

/** By name or number; 0 only asks whether there is a process (kill(2)). */
function signalOf(word: string): number {
  const number = signalNumber(word);
  if (number !== undefined) return number;
  throw new BerthError('SIGNAL_INVALID', {
    message: `unknown signal "${word}"`,
    remedy: 'Give a signal by name, such as "SIGTERM" or "RTMIN+3", or as a number from 1 to 64.',
    details: { signal: word },
  });
}
