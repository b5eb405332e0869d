import { reportFindingMessages as m } from '../../../messages/areas/report-findings.ts';
import { reportMessages } from '../../../messages/areas/report.ts';
import { listFolder } from '../../../runtime/host/files.ts';
import { resultsPath } from '../../mirrors/result-cache.ts';
import type { Collector } from '../collector.ts';
import { reasonOf } from '../evidence/evidence.ts';

/** Package sources of the distributions, where a mirror may be named. */
const sourceFolders = ['/etc/apt/sources.list.d', '/etc/yum.repos.d', '/etc/zypp/repos.d'];
const sourceFiles = ['/etc/apt/sources.list', '/etc/apk/repositories', '/etc/pacman.d/mirrorlist'];

/** Which mirrors are in use, and what was measured of them: by the engine while pulling, by `berth mirrors` before. */
export const mirrorsCollector: Collector = {
  id: 'mirrors',
  title: m.titleMirrors,
  holds: 'facts',
  timeoutMs: 15_000,
  async collect({ engine, host, signal }, evidence) {
    if ((await engine.state()).kind === 'answers') {
      try {
        const answer = await engine.json('/berth/mirrors', signal);
        evidence.json('engine-scores.json', answer, { title: 'GET /berth/mirrors' });
      } catch (error) {
        const why = reasonOf(error);
        evidence.note(reportMessages.askFailed({ what: '/berth/mirrors', why }));
      }
    }
    await evidence.file(host, resultsPath, { name: 'ranked.json' });
    for (const folder of sourceFolders) {
      const names = await listFolder(host.path(folder)).catch(() => []);
      for (const name of names.slice(0, 50)) await evidence.file(host, `${folder}/${name}`);
    }
    for (const path of sourceFiles) await evidence.file(host, path);
  },
};
