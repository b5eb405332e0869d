import { provisioningMessages as m } from '../../messages/areas/provisioning.ts';
import { z } from 'zod';
import { exists, readTextIfExists } from '../../runtime/host/files.ts';
import { runChecked } from '../host/commands.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import type { StepKind, UndoContext, UndoOutcome } from './step-kind.ts';

/** Loads a kernel module now (modprobe(8)); the file in modules-load.d, another step, loads it at boot. */
export const moduleStep = z.strictObject({
  kind: z.literal('module'),
  name: z.string().regex(/^[A-Za-z0-9_-]+$/),
});

type ModuleStep = z.infer<typeof moduleStep>;

const captured = z.strictObject({ wasLoaded: z.boolean() });
type Captured = z.infer<typeof captured>;

/**
 * Loaded, or part of the kernel: /sys/module has a folder for a loaded module and for a built-in one with parameters;
 * a built-in one without parameters is only named in modules.builtin.
 */
async function isPresent(name: string, host: ProvisionHost): Promise<boolean> {
  const underscored = name.replaceAll('-', '_');
  if (await exists(`/sys/module/${underscored}`)) return true;
  const release = (await readTextIfExists('/proc/sys/kernel/osrelease'))?.trim() ?? '';
  const builtin = await readTextIfExists(host.path(`/lib/modules/${release}/modules.builtin`));
  return (builtin ?? '')
    .split('\n')
    .some((line) => line.replaceAll('-', '_').endsWith(`/${underscored}.ko`));
}

async function undo(step: ModuleStep, context: UndoContext<Captured>): Promise<UndoOutcome> {
  const { captured: before, host } = context;
  if (before.wasLoaded || !(await isPresent(step.name, host))) return { kind: 'undone' };
  const result = await host.run('modprobe', ['-r', step.name]);
  if (result.exitCode === 0) return { kind: 'undone' };
  // Someone else uses it by now: unloading it would do harm, and it does none by being there.
  return {
    kind: 'forgotten',
    note: m.moduleStays({ name: step.name, said: result.stderr.trim() }),
  };
}

/** Step kind `module`. */
export const moduleKind: StepKind<ModuleStep, Captured> = {
  kind: 'module',
  schema: moduleStep,
  undoSchema: captured,
  describe: (step) => m.loadModule({ name: step.name }),
  isDone: (step, host) => isPresent(step.name, host),
  observe: async (step, host) => ((await isPresent(step.name, host)) ? 'loaded' : 'not loaded'),
  diff: () => Promise.resolve(m.moduleDiff()),
  capture: async (step, host) => ({ wasLoaded: await isPresent(step.name, host) }),
  apply: async (step, host) => {
    await runChecked(host.run, ['modprobe', step.name]);
  },
  undo,
};
