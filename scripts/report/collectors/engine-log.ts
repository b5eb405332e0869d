import { reportFindingMessages as m } from '../../../messages/areas/report-findings.ts';
import { listFolder } from '../../../runtime/host/files.ts';
import { places, serviceName } from '../../host/places.ts';
import { detectServiceManager } from '../../services/detect.ts';
import type { Collector } from '../collector.ts';

/** Log files that are looked at, the ones that were rotated away among them. */
const mostFiles = 4;

/** What the engine has logged last: in systemd's journal, else in its own files. */
export const engineLogCollector: Collector = {
  id: 'engine-log',
  title: m.titleEngineLog,
  holds: 'logs',
  timeoutMs: 30_000,
  async collect({ host, request, signal }, evidence) {
    if ((await detectServiceManager(host)) === 'systemd') {
      const since = `@${Math.floor(request.sinceMs / 1000)}`;
      const read = [
        'journalctl',
        '--unit',
        serviceName,
        '--no-pager',
        '--output',
        'short-iso',
      ] as const;
      await evidence.command('journal.txt', [...read, '--since', since], { signal, keep: 'end' });
    }
    const names = (await listFolder(host.path(places.logFolder))).filter((name) =>
      /\.log(\.\d+)?$/.test(name),
    );
    for (const name of names.slice(0, mostFiles)) {
      await evidence.file(host, `${places.logFolder}/${name}`, { name, keep: 'end' });
    }
  },
};
