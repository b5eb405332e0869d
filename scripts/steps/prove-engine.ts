import { z } from 'zod';
import { upgradeMessages as m } from '../../messages/areas/upgrade.ts';
import { proveEngine } from '../upgrade/prove-engine.ts';
import { serviceManagers } from '../services/service-manager.ts';
import type { StepKind } from './step-kind.ts';

/**
 * Proves that an engine does what it must. It changes nothing; as a step it belongs to the run that brought the engine, so
 * that a failure undoes the run, and a run that was killed before the proof is not taken for a good one.
 */
export const proveEngineStep = z.strictObject({
  kind: z.literal('prove-engine'),
  version: z.string(),
  /** The API's socket, as on the host. */
  socket: z.string().startsWith('/'),
  manager: z.enum(serviceManagers),
  service: z.strictObject({ name: z.string(), path: z.string().startsWith('/') }),
  timeoutMs: z.int().positive(),
  /** Boot of the kernel in which those containers ran; another one has ended them all. */
  boot: z.string().optional(),
  /** Containers that ran before, and have to run still. */
  containers: z.array(
    z.strictObject({ id: z.string(), pid: z.int().positive(), autoRemove: z.boolean() }),
  ),
});

type ProveEngineStep = z.infer<typeof proveEngineStep>;

/** Step kind `prove-engine`. */
export const proveEngineKind: StepKind<ProveEngineStep, null> = {
  kind: 'prove-engine',
  schema: proveEngineStep,
  undoSchema: z.null(),
  describe: ({ version }) => m.proveStep({ version }),
  // What was proved once may have changed since.
  isDone: () => Promise.resolve(false),
  observe: () => Promise.resolve(''),
  diff: ({ containers }) => Promise.resolve(m.proveDiff({ containers: containers.length })),
  capture: () => Promise.resolve(null),
  apply: (step, host, signal) => proveEngine(step, host, signal ?? new AbortController().signal),
  undo: () => Promise.resolve({ kind: 'undone' }),
};
