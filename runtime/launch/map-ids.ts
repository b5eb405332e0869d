import type { IdMapping } from '../spec/linux.ts';
import { AT_FDCWD, O_CLOEXEC, O_WRONLY } from '../syscall/constants/fs.ts';
import { numberedPath } from '../syscall/decimal.ts';
import type { Ref } from '../syscall/program.ts';
import type { ProgramBuilder } from '../syscall/program-builder.ts';
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
    const path = numberedPath(p, { prefix: '/proc/', number: child, suffix: `/${file}` });
    const text = mappings.map(mappingLine).join('');
    const label = `write ${file} of the container`;
    const fd = p.call(label, 'openat', [AT_FDCWD, path, O_WRONLY | O_CLOEXEC, 0]);
    p.call(label, 'write', [fd, p.string(text), text.length]);
    p.call(label, 'close', [fd]);
  }
  sendGo(p, sync.parent);
}

function mappingLine({ containerID, hostID, size }: IdMapping): string {
  return `${containerID} ${hostID} ${size}\n`;
}
