import { checkEngineMessages as m } from '../messages/areas/checks-engine.ts';
import type { Check } from './check.ts';
import { daemonConfigPath } from './probes/daemon-config.ts';

/** Whether the engine answers, on a host that is set up. */
export const runtime: Check = {
  id: 'runtime',
  title: m.runtimeTitle,
  group: 'engine',
  wanted: m.runtimeWanted,
  why: m.runtimeWhy,
  severity: 'fail',
  privilege: 'none',
  async probe({ engine, files, apiSocket: path }) {
    if (engine === undefined) return { status: 'skip', seen: m.runtimeBefore() };
    const answer = await engine.ask();
    const details = { path };
    if (answer.kind === 'answers') {
      const { version } = answer;
      const seen = m.runtimeAnswers({ path, version });
      return { status: 'pass', seen, details: { ...details, version } };
    }
    // berth writes it when it sets a host up, and takes it away when that is undone.
    if ((await files.kind(daemonConfigPath)) === undefined) {
      return { status: 'skip', seen: m.runtimeNotSetUp() };
    }
    const seen = m.runtimeSilent({ path, reason: answer.reason });
    return { status: 'fail', seen, remedy: m.runtimeStart(), details };
  },
};
