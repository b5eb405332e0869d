import { checkStorageMessages as m } from '../messages/areas/checks-storage.ts';
import type { Check } from './check.ts';
import { dtypeProgram, haveTypes } from './probes/dtype-program.ts';
import { existingAncestor } from './probes/existing-ancestor.ts';
import { runProbe } from './probes/run-probe.ts';
import { withScratch } from './probes/with-scratch.ts';

/** Whether readdir tells the types of entries on the data root's file system, which xfs of old does not. */
export const fsDtype: Check = {
  id: 'fs.dtype',
  title: m.dtypeTitle,
  group: 'storage',
  wanted: m.dtypeWanted,
  why: m.dtypeWhy,
  severity: 'fail',
  privilege: 'root',
  async probe(context) {
    const path = await existingAncestor(context.files, context.dataRoot);
    const details = { path };
    return withScratch(context, path, async (folder) => {
      const result = await runProbe(context, dtypeProgram(folder));
      if (result.kind === 'refused') {
        const { message, errno } = result.failure;
        const remedy = errno === 'ENOSPC' ? m.freeSpaceThere() : m.otherFileSystem();
        const seen = m.atPath({ path, message });
        return { status: 'fail', seen, remedy, details: { ...details, errno } };
      }
      if (haveTypes(result.data)) return { status: 'pass', seen: m.dtypeGood({ path }), details };
      return { status: 'fail', seen: m.dtypeNone({ path }), remedy: m.dtypeRemedy(), details };
    });
  },
};
