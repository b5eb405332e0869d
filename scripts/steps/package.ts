import { z } from 'zod';
import { packageManagerOf } from '../packages/index.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import type { StepKind, UndoContext, UndoOutcome } from './step-kind.ts';

/** Installs packages of the distribution. */
export const packageStep = z.strictObject({
  kind: z.literal('package'),
  names: z.array(z.string().regex(/^[a-z0-9][a-z0-9+.-]*$/)).min(1),
});

type PackageStep = z.infer<typeof packageStep>;

/** Packages that were not there before and that the installation adds, dependencies included. */
const captured = z.strictObject({ added: z.array(z.string()) });
type Captured = z.infer<typeof captured>;

async function missing(step: PackageStep, host: ProvisionHost): Promise<readonly string[]> {
  return (await packageManagerOf(host, step.names)).missing(host, step.names);
}

async function undo(step: PackageStep, context: UndoContext<Captured>): Promise<UndoOutcome> {
  const { captured: before, host, options } = context;
  const manager = await packageManagerOf(host, step.names);
  const present = await manager.traces(host, before.added);
  if (present.length === 0) return { kind: 'undone' };
  if (options.packages === 'keep') {
    return { kind: 'forgotten', note: `packages stay as asked: ${present.join(', ')}` };
  }
  const outcome = await manager.remove(host, present);
  if (outcome.kind === 'removed') return { kind: 'undone' };
  return {
    kind: 'forgotten',
    note: `packages ${present.join(', ')} stay: ${outcome.by.join(', ')} need them by now`,
  };
}

/** Step kind `package`. */
export const packageKind: StepKind<PackageStep, Captured> = {
  kind: 'package',
  schema: packageStep,
  undoSchema: captured,
  describe: (step) => `install packages ${step.names.join(', ')}`,
  isDone: async (step, host) => (await missing(step, host)).length === 0,
  observe: async (step, host) => `missing: ${(await missing(step, host)).join(' ')}`,
  diff: async (step, host) =>
    `not installed -> installed: ${(await missing(step, host)).join(', ')}`,
  capture: async (step, host) => {
    const manager = await packageManagerOf(host, step.names);
    return { added: [...(await manager.additions(host, step.names))] };
  },
  apply: async (step, host, signal) => {
    const manager = await packageManagerOf(host, step.names);
    await manager.install(host, await manager.missing(host, step.names), signal);
  },
  undo,
};
