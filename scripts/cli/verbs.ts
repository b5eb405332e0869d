import type { VerbEntry } from './verb.ts';

/** Verbs of the host: one folder each, one line here. */
export const hostVerbs: readonly VerbEntry[] = [
  {
    name: 'up',
    summary: 'set this host up, start the engine and run hello-world',
    signals: 'abort',
    load: async () => (await import('../up/verb.ts')).upVerb,
  },
  {
    name: 'down',
    summary: 'undo what "up" has done to this host',
    signals: 'abort',
    load: async () => (await import('../down/verb.ts')).downVerb,
  },
  {
    name: 'status',
    summary: 'show what is installed and running',
    signals: 'abort',
    load: async () => (await import('../status/verb.ts')).statusVerb,
  },
  {
    name: 'check',
    summary: 'check whether this host can run containers',
    signals: 'abort',
    load: async () => (await import('../check/verb.ts')).checkVerb,
  },
  {
    name: 'daemon',
    summary: 'run the daemon here; or: start, stop, restart, logs',
    signals: 'own',
    load: async () => (await import('../daemon/verb.ts')).daemonVerb,
  },
  {
    name: 'mirror',
    summary: 'serve images and packages to other hosts, each fetched once',
    signals: 'own',
    load: async () => (await import('../mirror/verb.ts')).mirrorVerb,
  },
];

/** Verbs of the engine: clients of its API, all from one part. */
export async function engineVerbEntries(): Promise<readonly VerbEntry[]> {
  const { engineVerbs } = await import('../../runtime/cli/index.ts');
  return engineVerbs.map((verb) => ({
    name: verb.name,
    summary: verb.summary,
    signals: 'own',
    load: () => verb.load(),
  }));
}
