import { join } from 'node:path';
import { reportFindingMessages as m } from '../../../messages/areas/report-findings.ts';
import { listFolder, orIfMissing, readdir, readTextIfExists } from '../../../runtime/host/files.ts';
import { cgroupFolder } from '../../host/places.ts';
import type { Collector } from '../collector.ts';

/** Files of a control group that tell most (cgroups(7), Documentation/admin-guide/cgroup-v2.rst), of v2 and of v1. */
const telling = [
  'cgroup.controllers',
  'cgroup.subtree_control',
  'cgroup.events',
  'cpu.max',
  'cpu.stat',
  'io.max',
  'memory.current',
  'memory.max',
  'memory.events',
  'memory.limit_in_bytes',
  'memory.usage_in_bytes',
  'memory.failcnt',
  'pids.current',
  'pids.max',
];
const mostGroups = 300;
const mountPoint = '/sys/fs/cgroup';

/** How control groups are laid out, and those of berth with their limits and use. */
export const cgroupsCollector: Collector = {
  id: 'cgroups',
  title: m.titleCgroups,
  holds: 'facts',
  timeoutMs: 10_000,
  async collect({ host }, evidence) {
    await evidence.file(host, '/proc/cgroups');
    await evidence.file(host, '/proc/self/cgroup');
    await evidence.file(host, `${mountPoint}/cgroup.controllers`);
    await evidence.file(host, `${mountPoint}/cgroup.subtree_control`);
    const top = host.path(mountPoint);
    const isUnified = (await readTextIfExists(join(top, 'cgroup.controllers'))) !== undefined;
    evidence.fact('layout', isUnified ? 'v2' : 'v1');
    const roots = isUnified ? [top] : (await listFolder(top)).map((name) => join(top, name));
    const lines: string[] = [];
    for (const root of roots) {
      for (const group of await groupsBelow(root, [cgroupFolder, 'system.slice/berth.service'])) {
        lines.push(...(await describe(group)));
      }
    }
    evidence.text('groups.txt', `${lines.join('\n')}\n`, {
      title: `${mountPoint}/**/${cgroupFolder}`,
    });
  },
};

async function groupsBelow(root: string, names: readonly string[]): Promise<readonly string[]> {
  const found: string[] = [];
  const visit = async (folder: string): Promise<void> => {
    const entries = await orIfMissing(readdir(folder, { withFileTypes: true }), undefined);
    if (entries === undefined || found.length >= mostGroups) return;
    found.push(folder);
    for (const entry of entries) if (entry.isDirectory()) await visit(join(folder, entry.name));
  };
  for (const name of names) await visit(join(root, name));
  return found;
}

async function describe(group: string): Promise<readonly string[]> {
  const lines = [`${group}:`];
  for (const name of telling) {
    // A group that is removed meanwhile answers ENODEV.
    const value = await readTextIfExists(join(group, name)).catch(() => undefined);
    if (value !== undefined) lines.push(`  ${name}: ${value.trim().replaceAll('\n', '; ')}`);
  }
  return lines;
}
