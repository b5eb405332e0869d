import { createTwoFilesPatch } from 'diff';
import { z } from 'zod';
import { writeFileWhole } from '../../runtime/host/files.ts';
import {
  fileState,
  readFileState,
  restoreFileState,
  summariseFileState,
  textOf,
} from '../host/file-state.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import { removeLeftover } from '../host/leftover.ts';
import { serviceManager } from '../services/index.ts';
import { serviceManagers } from '../services/service-manager.ts';
import type { StepKind, UndoContext, UndoOutcome } from './step-kind.ts';

/** Writes a service's definition and starts it, now and at every boot. */
export const serviceStep = z.strictObject({
  kind: z.literal('service'),
  manager: z.enum(serviceManagers),
  name: z.string().regex(/^[a-z][a-z0-9-]*$/),
  /** The unit file, init script or supervisor definition. Another content means: start anew. */
  definition: z.strictObject({
    path: z.string().startsWith('/'),
    content: z.string(),
    mode: z.int().min(0).max(0o7777),
  }),
  /** Sockets and empty lock files that the service makes outside its own folders; undoing removes those. */
  leftovers: z.array(z.string().startsWith('/')),
});

type ServiceStep = z.infer<typeof serviceStep>;

const captured = z.strictObject({ definition: fileState, active: z.boolean() });
type Captured = z.infer<typeof captured>;

const at = (step: ServiceStep): { readonly name: string; readonly path: string } => ({
  name: step.name,
  path: step.definition.path,
});

async function isDone(step: ServiceStep, host: ProvisionHost): Promise<boolean> {
  const now = await readFileState(host.path(step.definition.path));
  if (now.type === 'absent' || textOf(now) !== step.definition.content) return false;
  return serviceManager(step.manager).isActive(host, at(step));
}

async function capture(step: ServiceStep, host: ProvisionHost): Promise<Captured> {
  const definition = await readFileState(host.path(step.definition.path));
  const active =
    definition.type === 'file' && (await serviceManager(step.manager).isActive(host, at(step)));
  return { definition, active };
}

async function undo(step: ServiceStep, context: UndoContext<Captured>): Promise<UndoOutcome> {
  const { captured: before, host, options } = context;
  const manager = serviceManager(step.manager);
  const path = host.path(step.definition.path);
  await manager.stop(host, at(step));
  await restoreFileState(path, before.definition);
  await manager.reload(host);
  if (before.active && options.services === 'restore') {
    await manager.start(host, at(step));
    return { kind: 'undone' };
  }
  for (const path of step.leftovers) await removeLeftover(host.path(path));
  return { kind: 'undone' };
}

/** Step kind `service`. */
export const serviceKind: StepKind<ServiceStep, Captured> = {
  kind: 'service',
  schema: serviceStep,
  undoSchema: captured,
  describe: (step) => `start service ${step.name} (${step.manager})`,
  isDone,
  observe: async (step, host) => {
    const { definition, active } = await capture(step, host);
    return `${summariseFileState(definition)}, ${active ? 'active' : 'not active'}`;
  },
  diff: async (step, host) => {
    const { path, content } = step.definition;
    const before = textOf(await readFileState(host.path(path)));
    const old = before === '' ? '/dev/null' : path;
    return createTwoFilesPatch(old, path, before, content, undefined, undefined, { context: 3 });
  },
  capture,
  apply: async (step, host) => {
    const { path, content, mode } = step.definition;
    const manager = serviceManager(step.manager);
    // Stopped before its definition changes: killed in between, the new definition beside the old daemon would look
    // done to the next run.
    await manager.stop(host, at(step));
    await writeFileWhole(host.path(path), content, { mode, durability: 'disk' });
    await manager.start(host, at(step));
  },
  undo,
};
