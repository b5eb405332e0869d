import { upgradeMessages } from '../../messages/areas/upgrade.ts';
import { bundleMessages } from '../../messages/areas/bundle.ts';
import { completionMessages } from '../../messages/areas/completion.ts';
import { fleetMessages } from '../../messages/areas/fleet.ts';
import { mirrorMessages } from '../../messages/areas/mirrors.ts';
import { reportMessages } from '../../messages/areas/report.ts';
import { verbMessages as m } from '../../messages/areas/verbs.ts';
import type { VerbEntry } from './verb.ts';

/** Verbs of the host: one folder each, one line here. */
export const hostVerbs: readonly VerbEntry[] = [
  {
    name: 'up',
    summary: m.up,
    signals: 'abort',
    load: async () => (await import('../up/verb.ts')).upVerb,
  },
  {
    name: 'down',
    summary: m.down,
    signals: 'abort',
    load: async () => (await import('../down/verb.ts')).downVerb,
  },
  {
    name: 'upgrade',
    summary: upgradeMessages.summary,
    signals: 'abort',
    load: async () => (await import('../upgrade/verb.ts')).upgradeVerb,
  },
  {
    name: 'status',
    summary: m.status,
    signals: 'abort',
    load: async () => (await import('../status/verb.ts')).statusVerb,
  },
  {
    name: 'check',
    summary: m.check,
    signals: 'abort',
    load: async () => (await import('../check/verb.ts')).checkVerb,
  },
  {
    name: 'report',
    summary: reportMessages.summary,
    signals: 'abort',
    load: async () => (await import('../report/verb.ts')).reportVerb,
  },
  {
    name: 'daemon',
    summary: m.daemon,
    signals: 'own',
    load: async () => (await import('../daemon/verb.ts')).daemonVerb,
  },
  {
    name: 'mirror',
    summary: m.mirror,
    signals: 'own',
    load: async () => (await import('../mirror/verb.ts')).mirrorVerb,
  },
  {
    name: 'mirrors',
    summary: mirrorMessages.summary,
    signals: 'abort',
    load: async () => (await import('../mirrors/verb.ts')).mirrorsVerb,
  },
  {
    name: 'bundle',
    summary: bundleMessages.summary,
    signals: 'abort',
    load: async () => (await import('../bundle/verb.ts')).bundleVerb,
  },
  {
    name: 'fleet',
    summary: fleetMessages.verbSummary,
    signals: 'abort',
    load: async () => (await import('../fleet/verb.ts')).fleetVerb,
  },
  {
    name: 'versions',
    summary: m.versions,
    signals: 'abort',
    load: async () => (await import('../versions/verb.ts')).versionsVerb,
  },
  {
    name: 'completion',
    summary: completionMessages.summary,
    signals: 'abort',
    load: async () => (await import('../completion/verb.ts')).completionVerb,
  },
  {
    name: '__complete',
    summary: completionMessages.complete,
    signals: 'abort',
    hidden: true,
    load: async () => (await import('../completion/verb.ts')).completeVerb(allVerbs),
  },
  {
    name: 'oci',
    summary: m.oci,
    signals: 'own',
    load: async () => (await import('../oci/verb.ts')).ociVerb,
  },
];

const allVerbs = async (): Promise<readonly VerbEntry[]> => [
  ...hostVerbs,
  ...(await engineVerbEntries()),
];

/** Verbs of the engine: clients of its API, all from one part. */
export async function engineVerbEntries(): Promise<readonly VerbEntry[]> {
  const { engineVerbs } = await import('../../runtime/cli/index.ts');
  return engineVerbs.map((verb) => ({
    name: verb.name,
    summary: () => verb.summary,
    signals: 'own',
    alone: verb.alone,
    load: () => verb.load(),
  }));
}
