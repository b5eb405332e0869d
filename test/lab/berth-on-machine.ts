import { Readable } from 'node:stream';
import { busyboxArchive } from '../integration/cli/busybox-archive.ts';
import { LabMachine } from './machine/lab-machine.ts';
import { reportFailure } from './report-failure.ts';
import { clone, installedCloneTo } from './working-tree.ts';

/** The docker command, talking to berth. */
export const docker = 'docker --host unix:///run/berth/berth.sock';

/** A berth command of the clone; `command` is a verb and its arguments. */
export function berth(command: string): string {
  return `cd ${clone} && npx berth ${command}`;
}

/** A machine on which berth is up, with an image that has a shell: `busyboxImage`. */
export async function startWithEngine(): Promise<LabMachine> {
  const machine = await LabMachine.start();
  try {
    await installedCloneTo(machine);
    await machine.must(berth('up --no-smoke-test'));
    await loadBusybox(machine);
    return machine;
  } catch (error) {
    await reportFailure(machine);
    await machine.stop();
    throw error;
  }
}

/** Loads an image that is on no registry which a machine reaches. */
async function loadBusybox(machine: LabMachine): Promise<void> {
  await machine.must(`${docker} load`, { input: Readable.from([await busyboxArchive()]) });
}

/** Waits until the engine answers. systemd starts it anew after a second. */
export async function engineAnswers(machine: LabMachine): Promise<void> {
  await machine.must(`until ${docker} version >/dev/null 2>&1; do sleep 0.2; done`, {
    timeoutMs: 180_000,
  });
}

/** The main process of berth's service; `0` when there is none. */
export async function daemonPid(machine: LabMachine): Promise<number> {
  return Number(await machine.must('systemctl show --property MainPID --value berth'));
}
