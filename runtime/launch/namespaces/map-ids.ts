import type { IdMapping } from '../../spec/id-mappings.ts';
import { numberedPath } from '../../syscall/decimal.ts';
import type { Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { writeHostProcFile } from './host-proc-file.ts';
import { runMapHelper } from './map-helper.ts';
import type { StartPlan } from '../start-plan.ts';
import { sendGo, type SyncChannel } from '../channels/sync-channel.ts';

const maps = [
  { file: 'uid_map', field: 'uidMappings', helper: 'newuidmap' },
  { file: 'gid_map', field: 'gidMappings', helper: 'newgidmap' },
] as const;

/** Maps the ids, which only a process outside may do, and lets the child become root of its namespace. */
export function mapIds(
  p: ProgramBuilder,
  {
    child,
    plan,
    sync,
  }: { readonly child: Ref; readonly plan: StartPlan; readonly sync: SyncChannel },
): void {
  const writeFile = (file: string, label: string, value: string): void => {
    const path = numberedPath(p, { prefix: '', number: child, suffix: `/${file}` });
    writeHostProcFile(p, { label, proc: '/proc', files: [path], value });
  };
  if (plan.idMapper === 'write-own')
    writeFile('setgroups', 'deny setgroups in the user namespace', 'deny');
  for (const { file, field, helper } of maps) {
    const mappings = plan.spec.linux[field];
    const label = `map the ids of linux.${field}`;
    if (plan.idMapper === 'helpers') runMapHelper(p, { helper, child, mappings, label });
    else writeFile(file, label, mappings.map(mappingLine).join(''));
  }
  sendGo(p, sync.parent);
}

/** A line of a uid_map or gid_map file (user_namespaces(7)). */
export function mappingLine({ containerID, hostID, size }: IdMapping): string {
  return `${containerID} ${hostID} ${size}\n`;
}
