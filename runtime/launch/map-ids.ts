import type { IdMapping } from '../spec/linux.ts';
import { numberedPath } from '../syscall/decimal.ts';
import type { Ref } from '../syscall/program.ts';
import type { ProgramBuilder } from '../syscall/program-builder.ts';
import { writeHostProcFile } from './host-proc-file.ts';
import type { StartPlan } from './start-plan.ts';
import { sendGo, type SyncChannel } from './sync-channel.ts';

/** Writes the id maps, which only a process outside may do, and lets the child become root of its namespace. */
export function mapIds(
  p: ProgramBuilder,
  {
    child,
    plan,
    sync,
  }: { readonly child: Ref; readonly plan: StartPlan; readonly sync: SyncChannel },
): void {
  const { uidMappings, gidMappings } = plan.spec.linux;
  const maps = { uid_map: uidMappings, gid_map: gidMappings };
  for (const [file, mappings] of Object.entries(maps)) {
    writeHostProcFile(p, {
      label: `write ${file} of the container`,
      proc: '/proc',
      files: [numberedPath(p, { prefix: '', number: child, suffix: `/${file}` })],
      value: mappings.map(mappingLine).join(''),
    });
  }
  sendGo(p, sync.parent);
}

function mappingLine({ containerID, hostID, size }: IdMapping): string {
  return `${containerID} ${hostID} ${size}\n`;
}
