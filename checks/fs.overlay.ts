import { hasErrno } from '../runtime/host/files.ts';
import type { Check } from './check.ts';
import type { CheckContext } from './context.ts';
import type { Outcome } from './finding.ts';
import { existingAncestor } from './probes/existing-ancestor.ts';
import { explainKernelOptions } from './probes/explain-kconfig.ts';
import { mountStep, overlayProgram } from './probes/overlay-program.ts';
import { runProbe } from './probes/run-probe.ts';
import type { SyscallFailure } from './probes/run-probe.ts';

/** Whether overlayfs works on the data root's file system, as containers use it. */
export const fsOverlay: Check = {
  id: 'fs.overlay',
  title: 'Overlay file system',
  group: 'storage',
  wanted:
    'an overlay mount with working whiteouts and opaque folders on the file system of the data root',
  why: "A container's root file system is an overlay of its image's layers.",
  severity: 'fail',
  privilege: 'root',
  async probe(context) {
    const parent = await existingAncestor(context.files, context.dataRoot);
    const made = await makeScratch(context, parent);
    if (typeof made !== 'string') return made;
    const folder = made;
    try {
      const result = await runProbe(context, overlayProgram(folder));
      if (result.kind === 'done') return { status: 'pass', seen: `works at "${parent}"` };
      return await explain(context, { parent, failure: result.failure });
    } finally {
      await context.scratch.remove(folder);
    }
  },
};

/** What stands in the way of any new file, and what to do about it. */
const unwritable: Readonly<Record<string, string>> = {
  EROFS: 'Mount it for writing',
  EACCES: 'Make it writable for root',
  EPERM: 'Make it writable for root',
  ENOSPC: 'Free some space or inodes there',
  EDQUOT: "Raise root's quota there",
};
const elsewhere = 'or choose another place with the key "data-root" of /etc/berth/daemon.json.';

/** A folder to try in; an outcome where none can be made. */
async function makeScratch(context: CheckContext, parent: string): Promise<string | Outcome> {
  try {
    return await context.scratch.make(parent);
  } catch (error) {
    const errno = Object.keys(unwritable).find((name) => hasErrno(error, name));
    if (errno === undefined) throw error;
    return {
      status: 'fail',
      seen: `no folder can be made at "${parent}": ${errno}`,
      remedy: `${unwritable[errno] ?? ''}, ${elsewhere}`,
      details: { path: parent, errno },
    };
  }
}

async function explain(
  context: CheckContext,
  { parent, failure }: { readonly parent: string; readonly failure: SyscallFailure },
): Promise<Outcome> {
  const { step, errno, message } = failure;
  const details = { path: parent, step, errno };
  // ENODEV: the kernel knows no such file system and could not load it either.
  if (step === mountStep && errno === 'ENODEV') {
    const kernel = await explainKernelOptions(context, [
      { option: 'CONFIG_OVERLAY_FS', module: 'overlay' },
    ]);
    return {
      status: 'fail',
      seen: `${message}; ${kernel.text}`,
      remedy: kernel.loadable
        ? 'Load the module "overlay" at every boot: run "berth check --fix".'
        : 'Boot a kernel with CONFIG_OVERLAY_FS.',
      ...(kernel.loadable ? { fix: [{ kind: 'module', name: 'overlay' }] } : {}),
      details,
    };
  }
  return {
    status: 'fail',
    seen: `at "${parent}": ${message}`,
    remedy: remedyFor(failure),
    details,
  };
}

function remedyFor({ step, errno }: SyscallFailure): string {
  if (errno === 'ENOSPC' || errno === 'EDQUOT') return `${unwritable[errno] ?? ''}, ${elsewhere}`;
  // Only root of the host may set trusted.* attributes and make devices: a file system that refuses does so for all.
  if (step.includes('namespace') || (step === mountStep && errno === 'EPERM')) {
    return 'Run berth outside of the container or service that forbids mounts.';
  }
  return 'Put the data root on another file system (ext4; xfs with ftype=1; btrfs), with the key "data-root" of /etc/berth/daemon.json.';
}
