import { z } from 'zod';
import { oldDockerMessages as m } from '../../messages/areas/old-docker.ts';
import { exists, removeFile } from '../../runtime/host/files.ts';
import { saveImages } from '../old-docker/save-images.ts';
import type { StepKind } from './step-kind.ts';

/** Saves images of a running Docker to an archive (`docker save`), before it is stopped. */
export const saveImagesStep = z.strictObject({
  kind: z.literal('save-images'),
  /** Docker's socket. */
  socket: z.string().startsWith('/'),
  /** Names, or digests of images that have none. */
  images: z.array(z.string()).min(1),
  /** The archive. */
  path: z.string().startsWith('/'),
});

type SaveImagesStep = z.infer<typeof saveImagesStep>;

const captured = z.strictObject({});
type Captured = z.infer<typeof captured>;

/** Step kind `save-images`. */
export const saveImagesKind: StepKind<SaveImagesStep, Captured> = {
  kind: 'save-images',
  schema: saveImagesStep,
  undoSchema: captured,
  describe: (step) => m.stepSave({ count: step.images.length, path: step.path }),
  isDone: (step, host) => exists(host.path(step.path)),
  observe: async (step, host) => ((await exists(host.path(step.path))) ? 'saved' : 'absent'),
  diff: (step) => Promise.resolve(step.images.join('\n')),
  capture: () => Promise.resolve({}),
  apply: (step, host, signal) =>
    saveImages({
      socket: host.path(step.socket),
      images: step.images,
      path: host.path(step.path),
      ...(signal === undefined ? {} : { signal }),
    }),
  undo: async (step, { host }) => {
    await removeFile(host.path(step.path));
    return { kind: 'undone' };
  },
};
