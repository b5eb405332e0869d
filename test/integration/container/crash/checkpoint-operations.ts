import type { Answer, ApiClient } from './api-client.ts';
import { inTurn, run } from './operation.ts';
import type { Operation } from './operation.ts';

/** No folder of mounts is to be checkpointed, which that of cgroups is under v1. */
const runIt = (client: ApiClient): Promise<void> =>
  run(client, 'web', { HostConfig: { NetworkMode: 'none', Tmpfs: { '/sys/fs/cgroup': '' } } });

const place = '/containers/web/checkpoints';

/** After a power cut it does not run. */
const checkpoint = (client: ApiClient, options: { readonly Exit: boolean }): Promise<Answer> =>
  inTurn(
    client,
    ['POST', '/containers/web/start'],
    ['POST', place, { CheckpointID: 'c1', ...options }],
  );

async function listed(client: ApiClient): Promise<string> {
  const { status, body } = await client.call('GET', place);
  return status === 200 ? body.trim() : 'no container';
}

const all: readonly Operation[] = [
  {
    name: 'checkpoint',
    prepare: runIt,
    perform: (client) => checkpoint(client, { Exit: true }),
    observe: listed,
    // It is whole before the container ends.
    steps: true,
  },
  {
    name: 'checkpoint that leaves the container running',
    prepare: runIt,
    perform: (client) => checkpoint(client, { Exit: false }),
    observe: listed,
  },
  {
    name: 'checkpoint removed',
    prepare: async (client) => {
      await runIt(client);
      await client.must('POST', place, { CheckpointID: 'c1', Exit: true });
    },
    perform: (client) => client.call('DELETE', `${place}/c1`),
    observe: listed,
  },
];

/** What is done with checkpoints. */
export const checkpointOperations: readonly Operation[] = [...all];
