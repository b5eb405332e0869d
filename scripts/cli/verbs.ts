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
];

/** Verbs of the engine: clients of its API, all from one part. */
export async function engineVerbEntries(): Promise<readonly VerbEntry[]> {
  const { engineVerbs } = await import('../../runtime/cli/index.ts');
  return engineVerbs.map((verb) => ({
    name: verb.name,
    summary: () => verb.summary,
    signals: 'own',
    load: () => verb.load(),
  }));
}
