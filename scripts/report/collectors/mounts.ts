import { reportFindingMessages as m } from '../../../messages/areas/report-findings.ts';
import type { Collector } from '../collector.ts';

/** What is mounted, and which file systems the kernel knows. */
export const mountsCollector: Collector = {
  id: 'mounts',
  title: m.titleMounts,
  holds: 'facts',
  timeoutMs: 5000,
  async collect({ host }, evidence) {
    const mounts = await evidence.file(host, '/proc/self/mountinfo');
    evidence.fact('mounts', mounts?.split('\n').length ?? 0);
    await evidence.file(host, '/proc/filesystems');
    await evidence.file(host, '/proc/swaps');
    await evidence.file(host, '/etc/fstab');
  },
};
