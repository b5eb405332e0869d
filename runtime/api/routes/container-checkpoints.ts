import { z } from 'zod';
import { flag, text } from '../../container/model/container-config.ts';
import { isBerthError } from '../../errors/berth-error.ts';
import { json, noContent } from '../http/api-response.ts';
import { explained } from '../http/explained.ts';
import { get, post, remove } from '../route.ts';
import type { Route } from '../route.ts';

/** The body of `POST /containers/{id}/checkpoints`. */
export const checkpointCreateSchema = z.object({
  CheckpointID: text,
  CheckpointDir: text,
  Exit: flag,
});

/** Errors that Docker puts nothing before. */
const plain: ReadonlySet<string> = new Set([
  'CONTAINER_NOT_FOUND',
  'CONTAINER_ID_AMBIGUOUS',
  'CONTAINER_NOT_RUNNING',
  'CHECKPOINT_INVALID',
]);

/**
 * Routes of checkpoints. Docker has them for daemons with `experimental` alone; here only its client looks at that, which asks
 * for it before it sends anything.
 */
export const containerCheckpointRoutes: readonly Route[] = [
  get('/containers/:name/checkpoints', async ({ name, query }, { containers }) => {
    const names = await containers.checkpoints.list(name, query.text('dir'));
    return json(names.map((each) => ({ Name: each })));
  }),
  post('/containers/:name/checkpoints', async (request, { containers }) => {
    const { name } = request;
    const body = await request.json(checkpointCreateSchema);
    try {
      await containers.checkpoints.create(name, {
        name: body.CheckpointID,
        directory: body.CheckpointDir,
        then: body.Exit ? 'end' : 'go-on',
      });
    } catch (error) {
      if (isBerthError(error) && plain.has(error.code)) throw error;
      const cannot = isBerthError(error, 'CHECKPOINT_EXISTS') ? 'cannot' : 'Cannot';
      throw explained(`${cannot} checkpoint container ${name}`, error);
    }
    return { kind: 'empty', status: 201 };
  }),
  remove('/containers/:name/checkpoints/:checkpoint', async (request, { containers }) => {
    const { name, checkpoint, query } = request;
    await containers.checkpoints.remove(name, { name: checkpoint, directory: query.text('dir') });
    return noContent;
  }),
];
