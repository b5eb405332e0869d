import type { FindingGroup } from '../../checks/finding.ts';
import { checkVerbMessages as m } from '../../messages/areas/check-verb.ts';

/** Headings of the groups. */
export const groupTitles: Readonly<Record<FindingGroup, () => string>> = {
  system: m.groupSystem,
  kernel: m.groupKernel,
  cgroups: m.groupCgroups,
  storage: m.groupStorage,
  network: m.groupNetwork,
  services: m.groupServices,
  engine: m.groupEngine,
};
