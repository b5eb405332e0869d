import { checkEngineMessages as m } from '../messages/areas/checks-engine.ts';
import { messageOf, remedyOf } from '../messages/error-words.ts';
import { isBerthError } from '../runtime/errors/berth-error.ts';
import type { Check } from './check.ts';
import { smokeSignal } from './probes/smoke-signal.ts';

const runTimeoutMs = 30_000;

/** Whether the engine runs hello-world from the image that berth carries. */
export const smokeEmbedded: Check = {
  id: 'smoke.embedded',
  title: m.embeddedTitle,
  group: 'engine',
  wanted: m.embeddedWanted,
  why: m.embeddedWhy,
  severity: 'fail',
  privilege: 'none',
  timeoutMs: runTimeoutMs + 5000,
  async probe(context) {
    const { engine } = context;
    if ((await engine?.ask())?.kind !== 'answers' || engine === undefined) {
      return { status: 'skip', seen: m.smokeNoEngine() };
    }
    try {
      await engine.runCarried(smokeSignal(context, runTimeoutMs));
      return { status: 'pass', seen: m.embeddedRan() };
    } catch (error) {
      if (!isBerthError(error)) throw error;
      const { code } = error;
      const remedy = remedyOf(error) ?? m.embeddedLogs();
      return { status: 'fail', seen: messageOf(error), remedy, details: { code } };
    }
  },
};
