import { copyFileSync, createReadStream, existsSync } from 'node:fs';
import { join } from 'node:path';
import { busyboxArchive } from '../integration/cli/busybox-archive.ts';
import { sharedBundle } from '../integration/scripts/support/shared-bundle.ts';
import { Readable } from 'node:stream';
import { labFolder } from './lab-folder.ts';
import type { LabMachine } from './machine/lab-machine.ts';
import { describe } from './run-command.ts';

/** Where the archive is on a machine. */
const archive = '/root/berth.tar.gz';
const unpacked = '/root/berth-bundle';

/** Unpacks the archive, which changes nothing else on the machine. */
export const unpackOnly = `mkdir -p ${unpacked} && tar -xzf ${archive} -C ${unpacked} --strip-components 1`;

/** Brings berth up from what is unpacked already. Options of `berth up` may follow. */
export const installAgain = `sh ${unpacked}/install.sh`;

/** Both: the one line of a person who has the archive. */
export const installLine = `${unpackOnly} && ${installAgain}`;

/** Puts it on the machine as `install.sh` does, without bringing berth up. */
export const installOnly = `${installAgain} --install-only`;

let made: Promise<string> | undefined;

/** The bundle that `BERTH_LAB_BUNDLE` names, such as a release; else that of this checkout, made once for all machines. */
export function labBundle(): Promise<string> {
  const named = process.env['BERTH_LAB_BUNDLE'];
  made ??= named === undefined ? make() : Promise.resolve(named);
  return made;
}

async function make(): Promise<string> {
  const to = join(labFolder('bundles'), `berth-${process.pid}.tar.gz`);
  // The one that other tests want too. A copy: a lab may last longer than that is kept.
  copyFileSync((await sharedBundle()).archive, to);
  return to;
}

/** Puts the archive on a machine, and nothing else. */
export async function bundleTo(machine: LabMachine): Promise<void> {
  const path = await labBundle();
  if (!existsSync(path)) throw new Error(`no bundle at ${path}`);
  const put = await machine.run(`cat >${archive}`, { input: createReadStream(path) });
  if (put.exitCode !== 0) throw new Error(`no bundle on the machine: ${describe(put)}`);
}

/** Loads an image with a shell, which is on no registry that a machine reaches. */
export async function loadBusybox(machine: LabMachine, docker: string): Promise<void> {
  await machine.must(`${docker} load`, { input: Readable.from([await busyboxArchive()]) });
}
