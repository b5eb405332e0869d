import { z } from 'zod';
import { fixStepMessages as m } from '../../messages/areas/fix-steps.ts';
import { exists } from '../../runtime/host/files.ts';
import { runChecked } from '../host/commands.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import type { StepKind, UndoContext, UndoOutcome } from './step-kind.ts';

/** Starts a service of the distribution, now and at every boot. Its definition is not berth's, and stays as it is. */
export const serviceEnableStep = z.strictObject({
  kind: z.literal('service-enable'),
  manager: z.enum(['systemd', 'openrc']),
  name: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9@_.-]*$/),
});

type ServiceEnableStep = z.infer<typeof serviceEnableStep>;

const captured = z.strictObject({ enabled: z.boolean(), active: z.boolean() });
type Captured = z.infer<typeof captured>;

type Argv = readonly [string, ...string[]];

interface Manager {
  readonly isEnabled: (host: ProvisionHost, name: string) => Promise<boolean>;
  readonly isActive: (host: ProvisionHost, name: string) => Promise<boolean>;
  readonly enable: (name: string) => Argv;
  readonly disable: (name: string) => Argv;
  readonly start: (name: string) => Argv;
  readonly stop: (name: string) => Argv;
}

async function succeeds(host: ProvisionHost, [command, ...args]: Argv): Promise<boolean> {
  return (await host.run(command, args)).exitCode === 0;
}

const managers: Readonly<Record<ServiceEnableStep['manager'], Manager>> = {
  systemd: {
    isEnabled: (host, name) => succeeds(host, ['systemctl', 'is-enabled', '--quiet', name]),
    isActive: (host, name) => succeeds(host, ['systemctl', 'is-active', '--quiet', name]),
    enable: (name) => ['systemctl', 'enable', name],
    disable: (name) => ['systemctl', 'disable', name],
    start: (name) => ['systemctl', 'start', name],
    stop: (name) => ['systemctl', 'stop', name],
  },
  openrc: {
    isEnabled: (host, name) => exists(host.path(`/etc/runlevels/default/${name}`)),
    isActive: (host, name) => succeeds(host, ['rc-service', name, 'status']),
    enable: (name) => ['rc-update', 'add', name, 'default'],
    disable: (name) => ['rc-update', 'del', name, 'default'],
    start: (name) => ['rc-service', name, 'start'],
    stop: (name) => ['rc-service', name, 'stop'],
  },
};

async function stateOf(step: ServiceEnableStep, host: ProvisionHost): Promise<Captured> {
  const { isEnabled, isActive } = managers[step.manager];
  return { enabled: await isEnabled(host, step.name), active: await isActive(host, step.name) };
}

async function undo(
  step: ServiceEnableStep,
  { captured: before, host }: UndoContext<Captured>,
): Promise<UndoOutcome> {
  const { disable, stop } = managers[step.manager];
  const now = await stateOf(step, host);
  if (!before.active && now.active) await runChecked(host.run, stop(step.name));
  if (!before.enabled && now.enabled) await runChecked(host.run, disable(step.name));
  return { kind: 'undone' };
}

/** Step kind `service-enable`. */
export const serviceEnableKind: StepKind<ServiceEnableStep, Captured> = {
  kind: 'service-enable',
  schema: serviceEnableStep,
  undoSchema: captured,
  describe: (step) => m.service(step),
  isDone: async (step, host) => {
    const { enabled, active } = await stateOf(step, host);
    return enabled && active;
  },
  observe: async (step, host) => JSON.stringify(await stateOf(step, host)),
  diff: () => Promise.resolve(m.serviceDiff()),
  capture: stateOf,
  apply: async (step, host) => {
    const { enable, start } = managers[step.manager];
    const now = await stateOf(step, host);
    if (!now.enabled) await runChecked(host.run, enable(step.name));
    if (!now.active) await runChecked(host.run, start(step.name));
  },
  undo,
};
