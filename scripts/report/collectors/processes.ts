import { reportFindingMessages as m } from '../../../messages/areas/report-findings.ts';
import { listFolder, readFile } from '../../../runtime/host/files.ts';
import type { Collector } from '../collector.ts';

const mostProcesses = 2000;

/** A line for each process: who started it, its state, what it was called with. */
export const processesCollector: Collector = {
  id: 'processes',
  title: m.titleProcesses,
  holds: 'facts',
  timeoutMs: 10_000,
  async collect({ host, signal }, evidence) {
    const pids = (await listFolder(host.path('/proc'))).filter((name) => /^\d+$/.test(name));
    evidence.fact('processes', pids.length);
    const sorted = pids.map(Number).sort((a, b) => a - b);
    const lines = ['pid ppid state threads rss-kib command'];
    for (const pid of sorted.slice(0, mostProcesses)) {
      signal.throwIfAborted();
      const line = await describe(host.path(`/proc/${pid}`), pid);
      if (line !== undefined) lines.push(line);
    }
    evidence.text('processes.txt', `${lines.join('\n')}\n`);
  },
};

/** One process (proc_pid_status(5), proc_pid_cmdline(5)); `undefined` when it has ended meanwhile. */
async function describe(folder: string, pid: number): Promise<string | undefined> {
  try {
    const status = await readFile(`${folder}/status`, 'utf8');
    const words = (await readFile(`${folder}/cmdline`, 'utf8'))
      .split('\0')
      .filter((word) => word !== '');
    const field = (name: string): string =>
      new RegExp(String.raw`^${name}:\s+(\S+)`, 'm').exec(status)?.[1] ?? '-';
    // A kernel thread has no command line.
    const command = words.length === 0 ? `[${field('Name')}]` : words.join(' ').slice(0, 2000);
    const numbers = ['PPid', 'State', 'Threads', 'VmRSS'].map(field).join(' ');
    return `${pid} ${numbers} ${command.replaceAll('\n', ' ')}`;
  } catch {
    return undefined;
  }
}
