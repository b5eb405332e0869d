import { reportFindingMessages as m } from '../../../messages/areas/report-findings.ts';
import type { Collector } from '../collector.ts';
import type { Evidence } from '../evidence/evidence.ts';

/** Kernel messages that a container engine cares about. */
const matters =
  /oom|out of memory|killed process|memory cgroup|overlay|cgroup|conntrack|nf_tables|iptables|bridge|veth|br-|docker|berth|apparmor|selinux|avc:|audit|seccomp|segfault|general protection|bug:|warning:|call trace|hung task|blocked for more|soft lockup|rcu.*stall|i\/o error|ext4-fs (?:error|warning)|xfs.*(?:error|corrupt|shut)|btrfs.*(?:error|critical)|buffer i\/o|remount|read-only|nvme.*(?:timeout|reset)|ata\d.*(?:error|failed)|martian|module|taint/i;

const outOfMemory = /(?:out of memory|oom-kill|killed process)/i;
const brokenDisk =
  /i\/o error|ext4-fs error|xfs.*(?:corrupt|shutting down)|btrfs.*(?:error|critical)|remounting filesystem read-only/i;
const fullTable = /nf_conntrack: table full/i;

/** What the kernel has said of memory, disks, networks and security. */
export const kernelCollector: Collector = {
  id: 'kernel',
  title: m.titleKernel,
  holds: 'logs',
  timeoutMs: 15_000,
  async collect({ signal }, evidence) {
    const options = { signal, keep: 'end', lines: (line: string) => matters.test(line) } as const;
    const dated = ['dmesg', '--time-format', 'iso'] as const;
    if ((await evidence.command('messages.txt', dated, options)) === 'failed') {
      // busybox's knows no options.
      await evidence.command('messages.txt', ['dmesg'], options);
    }
    const lines = evidence.files.flatMap(({ text }) => text.split('\n'));
    addFindings(lines, evidence);
  },
};

function addFindings(lines: readonly string[], evidence: Evidence): void {
  const killed = lines.filter((line) => outOfMemory.test(line) && /killed process/i.test(line));
  const broken = lines.filter((line) => brokenDisk.test(line));
  const dropped = lines.filter((line) => fullTable.test(line));
  const last = (of: readonly string[]): string => of.at(-1)?.trim().slice(0, 300) ?? '';
  const add = (finding: { id: string; title: string; seen: string; remedy: string }): void => {
    evidence.finding({ ...finding, status: 'warn', evidence: ['kernel/messages.txt'] });
  };
  if (killed.length > 0) {
    const seen = m.oomKernel({ count: killed.length, last: last(killed) });
    add({ id: 'kernel.oom', title: m.oomTitle(), seen, remedy: m.oomKernelRemedy() });
  }
  if (broken.length > 0) {
    const seen = m.ioErrors({ count: broken.length, last: last(broken) });
    add({ id: 'kernel.io', title: m.ioTitle(), seen, remedy: m.ioRemedy() });
  }
  if (dropped.length > 0) {
    const seen = m.conntrackFull({ count: dropped.length });
    add({ id: 'kernel.conntrack', title: m.conntrackTitle(), seen, remedy: m.conntrackRemedy() });
  }
}
