import { inTurn, make, run, withVolumes } from './operation.ts';
import type { Operation } from './operation.ts';

const kept: readonly Operation[] = [
  {
    name: 'volume create',
    perform: (client) =>
      client.call('POST', '/volumes/create', { Name: 'vol', Labels: { a: 'b' } }),
  },
  {
    name: 'volume remove',
    prepare: (client) => client.must('POST', '/volumes/create', { Name: 'vol' }),
    perform: (client) => client.call('DELETE', '/volumes/vol'),
  },
  {
    name: 'commit',
    prepare: async (client) => {
      await run(client, 'web', { Cmd: ['touch', '/tmp/file'] });
      await client.must('POST', '/containers/web/wait?condition=not-running');
    },
    perform: (client) => client.call('POST', '/commit?container=web&repo=made'),
  },
  {
    name: 'image load',
    perform: (client, { image }) => client.call('POST', '/images/load', image),
  },
  {
    name: 'image tag',
    perform: (client) => client.call('POST', '/images/bb/tag?repo=other&tag=one'),
  },
  {
    name: 'image remove',
    prepare: (client, { image }) => client.must('POST', '/images/load', image),
    perform: (client) => client.call('DELETE', '/images/small'),
  },
  {
    name: 'image untag',
    prepare: (client) => client.must('POST', '/images/bb/tag?repo=other&tag=one'),
    perform: (client) => client.call('DELETE', '/images/other:one'),
  },
  {
    name: 'prune',
    prepare: async (client, { image }) => {
      await make(client, 'web', withVolumes);
      await client.must('POST', '/volumes/create', { Name: 'vol' });
      await client.must('POST', '/images/load', image);
      // The one that was loaded has no name any more.
      await client.must('POST', '/images/bb/tag?repo=small&tag=latest');
    },
    perform: (client) =>
      inTurn(
        client,
        ['POST', '/containers/prune'],
        ['POST', `/volumes/prune?filters=${encodeURIComponent('{"all":["true"]}')}`],
        ['POST', '/images/prune'],
      ),
    steps: true,
  },
  {
    name: 'image load in the place of another',
    prepare: (client) => client.must('POST', '/images/bb/tag?repo=small&tag=latest'),
    perform: (client, { image }) => client.call('POST', '/images/load', image),
  },
  {
    name: 'image import',
    perform: (client, { files }) =>
      client.call('POST', '/images/create?fromSrc=-&repo=imported&tag=latest', files),
  },
  {
    name: 'pull',
    prepare: async (client, { image, registry }) => {
      const name = `${await registry()}/small`;
      await client.must('POST', '/images/load', image);
      await client.must('POST', `/images/small/tag?repo=${name}&tag=latest`);
      await client.must('POST', `/images/${name}/push?tag=latest`);
      await client.must('DELETE', `/images/${name}`);
      await client.must('DELETE', '/images/small');
    },
    perform: async (client, { registry }) =>
      client.call('POST', `/images/create?fromImage=${await registry()}/small&tag=latest`),
  },
  {
    name: 'scores of registries are forgotten',
    perform: (client) => client.call('DELETE', '/berth/mirrors'),
  },
];

export const ofVolumesAndImages: readonly Operation[] = [...kept];
