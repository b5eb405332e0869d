import { checkStorageMessages as m } from '../messages/areas/checks-storage.ts';
import type { Check } from './check.ts';
import type { CheckContext } from './context.ts';
import type { Outcome } from './finding.ts';
import { existingAncestor } from './probes/existing-ancestor.ts';
import { explainKernelOptions } from './probes/explain-kconfig.ts';
import { mountStep, overlayProgram } from './probes/overlay-program.ts';
import { runProbe } from './probes/run-probe.ts';
import type { SyscallFailure } from './probes/run-probe.ts';
import { withScratch } from './probes/with-scratch.ts';
import { joinClauses } from './probes/join-texts.ts';

/** Whether overlayfs works on the data root's file system, as containers use it. */
export const fsOverlay: Check = {
  id: 'fs.overlay',
  title: m.overlayTitle,
  group: 'storage',
  wanted: m.overlayWanted,
  why: m.overlayWhy,
  severity: 'fail',
  privilege: 'root',
  async probe(context) {
    const parent = await existingAncestor(context.files, context.dataRoot);
    return withScratch(context, parent, async (folder) => {
      const result = await runProbe(context, overlayProgram(folder));
      if (result.kind === 'done') return { status: 'pass', seen: m.overlayWorks({ path: parent }) };
      return await explain(context, { parent, failure: result.failure });
    });
  },
};

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
      seen: joinClauses([message, kernel.text]),
      remedy: kernel.remedy,
      ...(kernel.loadable ? { fix: [{ kind: 'module', name: 'overlay' }] } : {}),
      details,
    };
  }
  return {
    status: 'fail',
    seen: m.atPath({ path: parent, message }),
    remedy: remedyFor(failure),
    details,
  };
}

function remedyFor({ step, errno }: SyscallFailure): string {
  if (errno === 'ENOSPC') return m.freeSpaceThere();
  if (errno === 'EDQUOT') return m.raiseQuota();
  // Only root of the host may set trusted.* attributes and make devices: a file system that refuses does so for all.
  if (step.includes('namespace') || (step === mountStep && errno === 'EPERM')) {
    return m.outsideMounts();
  }
  return m.otherFileSystem();
}
