import { messageOf } from '../../errors/berth-error.ts';
import { createExec } from '../exec/create-exec.ts';
import { followExec } from '../exec/serve-exec.ts';
import { startExec } from '../exec/start-exec.ts';
import type { Container } from '../lifecycle/container.ts';
import type { EngineState } from '../lifecycle/engine-state.ts';
import { SIGKILL } from '../model/signals.ts';
import { goDuration } from './go-duration.ts';
import type { ProbeResult } from './health.ts';
import type { HealthSettings } from './health-settings.ts';
import { LimitedOutput } from './limited-output.ts';

/**
 * Executes a container's health check once. Resolves when its process has ended, so that there are never two: it is
 * killed when its time is up, and when `stop` is aborted. That it could not be executed is a result, too.
 */
export async function runProbe(
  state: EngineState,
  container: Container,
  { settings, stop }: { readonly settings: HealthSettings; readonly stop: AbortSignal },
): Promise<ProbeResult> {
  const { clock } = state.ports;
  const startedAt = clock.now();
  const result = await execute(state, container, { settings, stop }).catch((problem: unknown) => ({
    exitCode: -1,
    output: messageOf(problem),
  }));
  return { startedAt, endedAt: clock.now(), ...result };
}

async function execute(
  state: EngineState,
  container: Container,
  { settings, stop }: { readonly settings: HealthSettings; readonly stop: AbortSignal },
): Promise<Pick<ProbeResult, 'exitCode' | 'output'>> {
  const { command, timeoutMs } = settings;
  const config = {
    ...{ AttachStdin: false, AttachStdout: true, AttachStderr: true, ConsoleSize: undefined },
    ...{ DetachKeys: '', Tty: false, Env: null, Cmd: [...command], Privileged: false },
    ...{ User: '', WorkingDir: '' },
  };
  const exec = await createExec(state, container, { config, shown: container.id });
  const streams = { stdin: 'none', stdout: 'open', stderr: 'open' } as const;
  const session = await startExec(state, exec, { streams, consoleSize: undefined });
  const written = new LimitedOutput();
  const ended = new AbortController();
  // Counted from here on: how long it takes to start something is not the program's fault.
  const timing = { late: false };
  const timer = state.ports.clock.sleep(timeoutMs, ended.signal).then(() => {
    timing.late = true;
    session.signal(SIGKILL);
  });
  // The probe was faster.
  timer.catch(() => undefined);
  const kill = (): void => {
    session.signal(SIGKILL);
  };
  if (stop.aborted) kill();
  stop.addEventListener('abort', kill, { once: true, signal: ended.signal });
  try {
    await followExec(state, exec, (pieces) => {
      for (const { text } of pieces) written.add(text);
      return Promise.resolve();
    });
  } finally {
    ended.abort();
  }
  const output = written.text();
  return timing.late ? tooSlow(timeoutMs, output) : { exitCode: session.exit.exitCode, output };
}

/** In Docker's words. */
function tooSlow(timeoutMs: number, output: string): Pick<ProbeResult, 'exitCode' | 'output'> {
  const said = `Health check exceeded timeout (${goDuration(timeoutMs)})`;
  return { exitCode: -1, output: output === '' ? said : `${said}: ${output}` };
}
