import { cpus, hostname, loadavg, machine, release, totalmem, uptime } from 'node:os';
import { reportFindingMessages as m } from '../../../messages/areas/report-findings.ts';
import { readTextIfExists } from '../../../runtime/host/files.ts';
import { berthVersion } from '../../cli/version.ts';
import type { Collector } from '../collector.ts';

/** Files that say what kind of system this is. */
const files = [
  '/etc/os-release',
  '/proc/version',
  '/proc/cmdline',
  '/proc/meminfo',
  '/proc/loadavg',
  '/proc/pressure/cpu',
  '/proc/pressure/memory',
  '/proc/pressure/io',
  '/proc/modules',
  '/proc/self/status',
  '/proc/self/limits',
  '/sys/kernel/security/lsm',
  '/etc/security/limits.conf',
];

/** Kernel settings that containers depend on (proc_sys(5)). */
const settings = [
  'fs.file-max',
  'fs.inotify.max_user_instances',
  'fs.inotify.max_user_watches',
  'kernel.keys.root_maxkeys',
  'kernel.pid_max',
  'kernel.unprivileged_userns_clone',
  'net.bridge.bridge-nf-call-ip6tables',
  'net.bridge.bridge-nf-call-iptables',
  'net.ipv4.conf.all.rp_filter',
  'net.ipv4.ip_forward',
  'net.ipv4.ip_unprivileged_port_start',
  'net.ipv6.conf.all.disable_ipv6',
  'net.ipv6.conf.all.forwarding',
  'user.max_user_namespaces',
  'vm.max_map_count',
  'vm.overcommit_memory',
  'vm.swappiness',
];

/** What machine, kernel and system this is, and how busy. */
export const systemCollector: Collector = {
  id: 'system',
  title: m.titleSystem,
  holds: 'facts',
  timeoutMs: 15_000,
  async collect({ host, signal }, evidence) {
    evidence.fact('berth', berthVersion());
    evidence.fact('hostname', hostname());
    evidence.fact('kernel', release());
    evidence.fact('hardware', machine());
    evidence.fact('processors', cpus().length);
    evidence.fact('memoryBytes', totalmem());
    evidence.fact('load', Number((loadavg()[0] ?? 0).toFixed(2)));
    evidence.fact('uptimeSeconds', Math.round(uptime()));
    for (const path of files) await evidence.file(host, path);
    const lines: string[] = [];
    for (const name of settings) {
      const value = await readTextIfExists(`${host.procSys}/${name.replaceAll('.', '/')}`);
      lines.push(`${name} = ${value?.trim() ?? '(absent)'}`);
    }
    evidence.text('sysctl.txt', `${lines.join('\n')}\n`);
    const quiet = { signal, trouble: 'ignore' } as const;
    await evidence.command('timedatectl.txt', ['timedatectl', 'show'], quiet);
    await evidence.command('virtualization.txt', ['systemd-detect-virt'], quiet);
    await evidence.command('failed-units.txt', ['systemctl', '--failed', '--no-pager'], quiet);
    await evidence.command('selinux.txt', ['sestatus'], quiet);
    await evidence.command('apparmor.txt', ['aa-status'], quiet);
  },
};
