import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { oldDockerMessages as m } from '../../messages/areas/old-docker.ts';
import { BerthError } from '../../runtime/errors/berth-error.ts';
import { isAlive } from '../../runtime/host/process-identity.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import { runChecked } from '../host/commands.ts';
import { runningContainers, startAgain } from '../old-docker/running-containers.ts';
import type { StepKind, UndoContext, UndoOutcome } from './step-kind.ts';

/** Stops a Docker, now and at boot. Its data, packages and configuration stay. */
export const stopDockerStep = z.strictObject({
  kind: z.literal('stop-docker'),
  /** What it is, for people. */
  name: z.string(),
  /** What starts it. `process`: somebody did, by hand. */
  manager: z.enum(['systemd', 'openrc', 'process']),
  /** Units or services, sockets first: a socket would start the service again. */
  services: z.array(z.string().regex(/^[\w@.-]+$/)),
  daemon: z
    .strictObject({ pid: z.int().positive(), startTime: z.string(), argv: z.array(z.string()) })
    .optional(),
  /** Unix sockets that are free afterwards. */
  sockets: z.array(z.string().startsWith('/')),
});

type StopDockerStep = z.infer<typeof stopDockerStep>;

/** By service: whether it ran and whether it started at boot. */
const state = z.strictObject({
  services: z.array(
    z.strictObject({ name: z.string(), active: z.boolean(), enabled: z.boolean() }),
  ),
  running: z.boolean(),
});
type State = z.infer<typeof state>;

const captured = state.extend({
  /** Those that ran: without a restart policy Docker does not start them again by itself. */
  containers: z.array(z.strictObject({ id: z.string(), name: z.string() })).optional(),
});
type Captured = z.infer<typeof captured>;

/** Containers are given ten seconds each to end; dockerd stops them at the same time. */
const stopTimeoutMs = 60_000;
const pollMs = 50;

async function stateOf(step: StopDockerStep, host: ProvisionHost): Promise<State> {
  const services: State['services'] = [];
  for (const name of step.services) {
    services.push({ name, ...(await serviceState(step, host, name)) });
  }
  return { services, running: step.daemon !== undefined && (await isAlive(step.daemon)) };
}

async function serviceState(
  step: StopDockerStep,
  host: ProvisionHost,
  name: string,
): Promise<{ readonly active: boolean; readonly enabled: boolean }> {
  const ok = async (command: string, args: readonly string[]): Promise<boolean> =>
    (await host.run(command, args)).exitCode === 0;
  if (step.manager === 'openrc') {
    const { stdout } = await host.run('rc-update', ['show', 'default']);
    const enabled = stdout.split('\n').some((line) => line.trim().split(/\s+/)[0] === name);
    return { active: await ok('rc-service', [name, 'status']), enabled };
  }
  return {
    active: await ok('systemctl', ['is-active', '--quiet', name]),
    enabled: await ok('systemctl', ['is-enabled', '--quiet', name]),
  };
}

async function capture(step: StopDockerStep, host: ProvisionHost): Promise<Captured> {
  const containers = await runningContainers(socketsOf(step, host));
  return { ...(await stateOf(step, host)), containers: [...containers] };
}

/** Nobody is asked where no daemon ran: a socket of systemd would start one. */
const socketsOf = ({ daemon, sockets }: StopDockerStep, host: ProvisionHost): readonly string[] =>
  daemon === undefined ? [] : sockets.map((path) => host.path(path));

const isStopped = ({ services, running }: State): boolean =>
  !running && services.every(({ active, enabled }) => !active && !enabled);

async function apply(step: StopDockerStep, host: ProvisionHost): Promise<void> {
  switch (step.manager) {
    case 'systemd':
      await runChecked(host.run, ['systemctl', 'disable', '--now', '--quiet', ...step.services]);
      break;
    case 'openrc':
      for (const name of step.services) {
        await runChecked(host.run, ['rc-service', '--ifstarted', name, 'stop']);
        await host.run('rc-update', ['del', name, 'default']);
      }
      break;
    case 'process':
      if (step.daemon !== undefined && (await isAlive(step.daemon))) {
        process.kill(step.daemon.pid, 'SIGTERM');
      }
  }
  await waitUntilGone(step);
}

async function waitUntilGone({ daemon }: StopDockerStep): Promise<void> {
  if (daemon === undefined) return;
  for (let waitedMs = 0; await isAlive(daemon); waitedMs += pollMs) {
    if (waitedMs >= stopTimeoutMs) {
      throw new BerthError('OLD_DOCKER_UNSTOPPABLE', {
        message: m.stillRuns({ pid: daemon.pid, seconds: stopTimeoutMs / 1000 }),
        remedy: m.stillRunsRemedy({ pid: daemon.pid }),
        details: { pid: daemon.pid },
      });
    }
    await pause(pollMs);
  }
}

async function undo(step: StopDockerStep, context: UndoContext<Captured>): Promise<UndoOutcome> {
  const { host, captured: before } = context;
  const now = await stateOf(step, host);
  if (step.manager === 'process') {
    if (!before.running || now.running) return { kind: 'undone' };
    // Its environment is not kept: that may hold passwords. So only a person can start it as it was.
    const command = (step.daemon?.argv ?? []).join(' ');
    const names = (before.containers ?? []).map(({ name }) => name).join(' ');
    return { kind: 'forgotten', note: m.startByHand({ command, names }) };
  }
  for (const service of before.services) {
    const state = now.services.find(({ name }) => name === service.name);
    if (service.enabled && state?.enabled !== true) await enable(step, host, service.name);
    if (service.active && state?.active !== true) await start(step, host, service.name);
  }
  const failed = await startAgain(before.containers ?? [], socketsOf(step, host));
  if (failed.length === 0) return { kind: 'undone' };
  const list = failed.map(({ name, why }) => `"${name}" (${why})`).join(', ');
  return { kind: 'undone', note: m.containersStay({ list }) };
}

async function enable(step: StopDockerStep, host: ProvisionHost, name: string): Promise<void> {
  await runChecked(
    host.run,
    step.manager === 'openrc'
      ? ['rc-update', 'add', name, 'default']
      : ['systemctl', 'enable', '--quiet', name],
  );
}

async function start(step: StopDockerStep, host: ProvisionHost, name: string): Promise<void> {
  await runChecked(
    host.run,
    step.manager === 'openrc' ? ['rc-service', name, 'start'] : ['systemctl', 'start', name],
  );
}

const inWords = (state: State): string =>
  state.services
    .map(
      ({ name, active, enabled }) =>
        `${name} ${active ? 'active' : 'inactive'} ${enabled ? 'enabled' : 'disabled'}`,
    )
    .concat(state.running ? ['running'] : [])
    .join(', ') || 'stopped';

/** Step kind `stop-docker`. */
export const stopDockerKind: StepKind<StopDockerStep, Captured> = {
  kind: 'stop-docker',
  schema: stopDockerStep,
  undoSchema: captured,
  describe: (step) => m.stepStop({ name: step.name }),
  isDone: async (step, host) => isStopped(await stateOf(step, host)),
  observe: async (step, host) => inWords(await stateOf(step, host)),
  diff: async (step, host) => `${inWords(await stateOf(step, host))} -> stopped`,
  capture,
  apply,
  undo,
};
