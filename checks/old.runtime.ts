import { checkServiceMessages as m } from '../messages/areas/checks-services.ts';
import type { Check } from './check.ts';
import { countContainers, findEngines } from './probes/other-engines.ts';
import { joinClauses } from './probes/join-texts.ts';

/** Other container engines that run on this host, told apart from berth. Reports them and leaves them alone. */
export const oldRuntime: Check = {
  id: 'old.runtime',
  title: m.oldRuntimeTitle,
  group: 'services',
  wanted: m.oldRuntimeWanted,
  why: m.oldRuntimeWhy,
  severity: 'warn',
  privilege: 'none',
  async probe({ files, dataRoot }) {
    const engines = await findEngines(files);
    const details = { engines };
    const shared = engines.find((engine) => overlaps(engine.dataRoot, dataRoot));
    if (shared !== undefined) {
      return {
        status: 'warn',
        seen: m.oldRuntimeSharedData(shared),
        remedy: m.oldRuntimeSharedDataRemedy(),
        details,
      };
    }
    if (engines.length > 0) {
      const seen = joinClauses(engines.map((engine) => m.oldRuntimeRuns(engine)));
      return { status: 'pass', seen, note: m.oldRuntimeApart(), details };
    }
    // Stopped for good, or for now: its containers are somebody's data all the same.
    const left = { dataRoot: '/var/lib/docker', containers: await countContainers(files) };
    if (left.containers === 0) return { status: 'pass', seen: m.oldRuntimeNone(), details };
    const seen = m.oldRuntimeLeft(left);
    return { status: 'pass', seen, note: m.oldRuntimeApart(), details: { ...details, left } };
  },
};

/** Whether one folder is the other, or in it. */
function overlaps(one: string, other: string): boolean {
  return `${one}/`.startsWith(`${other}/`) || `${other}/`.startsWith(`${one}/`);
}
