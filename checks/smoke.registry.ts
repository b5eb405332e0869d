import { checkEngineMessages as m } from '../messages/areas/checks-engine.ts';
import type { Check } from './check.ts';
import { smokeSignal } from './probes/smoke-signal.ts';

const runTimeoutMs = 45_000;

/** Whether the engine pulls hello-world from a registry, through its mirrors, and runs it. */
export const smokeRegistry: Check = {
  id: 'smoke.registry',
  title: m.registryTitle,
  group: 'engine',
  wanted: m.registryWanted,
  why: m.registryWhy,
  severity: 'warn',
  privilege: 'none',
  timeoutMs: runTimeoutMs + 5000,
  async probe(context) {
    const { engine } = context;
    if ((await engine?.ask())?.kind !== 'answers' || engine === undefined) {
      return { status: 'skip', seen: m.smokeNoEngine() };
    }
    const run = await engine.runFromRegistry(smokeSignal(context, runTimeoutMs));
    const details = { image: run.image };
    if (run.kind === 'ran') {
      return { status: 'pass', seen: m.registryRan({ image: run.image }), details };
    }
    return { status: 'warn', seen: run.why, remedy: m.registryRemedy(), details };
  },
};
