import { BerthError } from '../../errors/berth-error.ts';
import { orIfMissing, readFile } from '../../host/files.ts';
import type { IntelRdt } from '../../spec/intel-rdt.ts';
import { AT_FDCWD, O_CLOEXEC, O_WRONLY } from '../../syscall/constants/fs.ts';
import { decimal } from '../../syscall/decimal.ts';
import type { Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { differingLine, schemataLines } from './schemata.ts';

/** What is to be done below the mount of resctrl, in this order. */
export interface IntelRdtPlan {
  /** Folders to make, unless they are there. */
  readonly create: readonly string[];
  /** Text for `schemata` of a class that is made. */
  readonly schemata: { readonly file: string; readonly value: string } | undefined;
  /** Files that take the number of the container's process. */
  readonly join: readonly string[];
  /** Folders that are the container's alone, innermost first: they go with it. */
  readonly remove: readonly string[];
}

/** For a container that asks for nothing: "runtimes MUST NOT manipulate any resctrl pseudo-filesystems". */
export const noIntelRdt: IntelRdtPlan = { create: [], schemata: undefined, join: [], remove: [] };

/** Where resctrl is mounted, from the text of a mountinfo file (proc_pid_mountinfo(5)); `undefined` when it is not. */
export function findResctrl(mountinfo: string): string | undefined {
  for (const line of mountinfo.split('\n')) {
    const [mount = '', source = ''] = line.split(' - ');
    if (source.startsWith('resctrl ')) return mount.split(' ')[4];
  }
  return undefined;
}

/**
 * Decides what a container's Intel RDT takes: OCI runtime-spec 1.2.1, config-linux.md, "IntelRdt"; the kernel's
 * Documentation/filesystems/resctrl.rst. A class that the config names outlives the container, as others may be in it.
 *
 * @param resctrl where it is mounted.
 * @throws SPEC_UNSUPPORTED naming the field: nothing is mounted, or the class is not as the config wants it.
 */
export async function planIntelRdt(
  rdt: IntelRdt | undefined,
  { id, resctrl }: { readonly id: string; readonly resctrl: string | undefined },
): Promise<IntelRdtPlan> {
  if (!rdt) return noIntelRdt;
  if (resctrl === undefined) {
    throw refusal(
      'linux.intelRdt',
      'no resctrl is mounted on this host',
      'Mount it: "mount -t resctrl resctrl /sys/fs/resctrl".',
    );
  }
  await refuseUncounted(rdt, resctrl);
  const { closID = '' } = rdt;
  const folder = `${resctrl}/${closID === '' ? id : closID}`;
  const wanted = schemataLines(rdt);
  const present = await orIfMissing(readFile(`${folder}/schemata`, 'utf8'), undefined);
  if (closID !== '') refuseOtherClass({ closID, wanted, present });
  const makes = closID === '' || present === undefined;
  const counts = closID !== '' && (rdt.enableCMT || rdt.enableMBM);
  const counters = counts ? [`${folder}/mon_groups/${id}`] : [];
  return {
    create: [...(makes ? [folder] : []), ...counters],
    schemata:
      makes && wanted.length > 0
        ? { file: `${folder}/schemata`, value: `${wanted.join('\n')}\n` }
        : undefined,
    join: [folder, ...counters].map((group) => `${group}/tasks`),
    remove: [...counters, ...(closID === '' ? [folder] : [])],
  };
}

/** Makes the folders and sets the class, before the container's process is there. */
export function makeIntelRdt(p: ProgramBuilder, { create, schemata }: IntelRdtPlan): void {
  for (const folder of create) {
    // What is there already is fine; one that could not be made shows in the next step.
    p.call(`make ${folder} for linux.intelRdt`, 'mkdirat', [AT_FDCWD, p.string(folder), 0o755], {
      onError: 'ignore',
    });
  }
  if (schemata) {
    const { file, value } = schemata;
    p.write(`write linux.intelRdt's ${value.trim()} to ${file}`, file, value);
  }
}

/** Puts the container's process into its class, before it goes on. */
export function joinIntelRdt(p: ProgramBuilder, { join }: IntelRdtPlan, child: Ref): void {
  if (join.length === 0) return;
  const { start, length } = decimal(p, child);
  for (const file of join) {
    const label = `join ${file} for linux.intelRdt`;
    const fd = p.call(label, 'openat', [AT_FDCWD, p.string(file), O_WRONLY | O_CLOEXEC, 0]);
    p.call(label, 'write', [fd, start, length]);
    p.call(label, 'close', [fd]);
  }
}

/** What each of the two fields needs the processor to count, as info/L3_MON/mon_features has it. */
const counted = [
  ['enableCMT', ['llc_occupancy']],
  ['enableMBM', ['mbm_total_bytes', 'mbm_local_bytes']],
] as const;

async function refuseUncounted(rdt: IntelRdt, resctrl: string): Promise<void> {
  if (!rdt.enableCMT && !rdt.enableMBM) return;
  const features = await orIfMissing(readFile(`${resctrl}/info/L3_MON/mon_features`, 'utf8'), '');
  for (const [field, names] of counted) {
    const missing = names.find((name) => !features.split(/\s+/).includes(name));
    if (!rdt[field] || missing === undefined) continue;
    throw refusal(
      `linux.intelRdt.${field}`,
      `this processor does not count "${missing}"`,
      'Leave it out.',
    );
  }
}

/** "If closID is set": a class that is there must be the one that is wanted, and one of which nothing is said must be there. */
function refuseOtherClass({
  closID,
  wanted,
  present,
}: {
  readonly closID: string;
  readonly wanted: readonly string[];
  readonly present: string | undefined;
}): void {
  if (present === undefined) {
    if (wanted.length > 0) return;
    throw refusal(
      'linux.intelRdt.closID',
      `there is no class "${closID}"`,
      'Make it first, or say what it is to be: l3CacheSchema, memBwSchema.',
    );
  }
  const line = differingLine(wanted, present);
  if (line === undefined) return;
  const field = line.startsWith('MB:') ? 'memBwSchema' : 'l3CacheSchema';
  throw refusal(
    `linux.intelRdt.${field}`,
    `the class "${closID}" exists, and is not "${line}"`,
    'Name another class, or leave its schema out.',
  );
}

function refusal(field: string, problem: string, remedy: string): BerthError {
  return new BerthError('SPEC_UNSUPPORTED', {
    message: `The config sets '${field}', but ${problem}.`,
    remedy,
    details: { fields: [field] },
  });
}
