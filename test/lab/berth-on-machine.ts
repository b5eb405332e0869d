import { busyboxArchive } from '../integration/cli/busybox-archive.ts';
import type { LabMachine } from './machine/lab-machine.ts';
import { clone } from './working-tree.ts';
import { Readable } from 'node:stream';

/** The docker command, talking to berth. */
export const docker = 'docker --host unix:///run/berth/berth.sock';

/** A berth command of the clone; `command` is a verb and its arguments. */
export function berth(command: string): string {
  return `cd ${clone} && npx berth ${command}`;
}

/** Loads an image with a shell, {@link busyboxImage}, which is on no registry that a machine reaches. */
export async function loadBusybox(machine: LabMachine): Promise<void> {
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
