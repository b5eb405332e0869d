import { expect, test } from 'vitest';

import { routes } from '../../../../runtime/api/routes/table.ts';
import { operations } from './operations.ts';

/** Of each route that is no question: the operations that berthd is killed under, or why there is none. */
const subjects: Readonly<Record<string, readonly string[] | string>> = {
  'POST /auth': 'asks a registry, and keeps nothing',
  'POST /berth/networks/withdraw': ['all of networks is withdrawn'],
  'DELETE /berth/mirrors': ['scores of registries are forgotten'],
  'POST /build/prune': 'there is nothing of builds',
  'POST /commit': ['commit', 'commit of one that runs'],
  'POST /containers/create': ['create', 'create with what the image has in a volume'],
  'POST /containers/prune': ['prune'],
  'DELETE /containers/:name': ['remove', 'remove by force', 'remove by force with ports'],
  'DELETE /containers/:name/:alias': ['link removed'],
  'PUT /containers/:name/archive': ['copy into', 'copy into one that runs'],
  'POST /containers/:name/attach': 'hands over streams',
  'POST /containers/:name/checkpoints': [
    ...['checkpoint', 'checkpoint that leaves the container running'],
  ],
  'DELETE /containers/:name/checkpoints/:checkpoint': ['checkpoint removed'],
  'POST /containers/:name/exec': ['exec'],
  'POST /containers/:name/kill': ['kill', 'end with ports and AutoRemove'],
  'POST /containers/:name/pause': ['pause'],
  'POST /containers/:name/rename': ['rename', 'rename in a network'],
  'POST /containers/:name/resize': 'a terminal has its size for as long as somebody looks',
  'POST /containers/:name/restart': [
    'restart',
    'restart with ports',
    'restart of one that is linked',
  ],
  'POST /containers/:name/start': ['start', 'start with a volume that is mounted'],
  'POST /containers/:name/stop': ['stop', 'stop with ports', 'stop with AutoRemove'],
  'POST /containers/:name/unpause': ['unpause'],
  'POST /containers/:name/update': ['update'],
  'POST /containers/:name/wait': 'waits',
  'POST /exec/:name/resize': 'as that of a container',
  'POST /exec/:name/start': ['exec'],
  'DELETE /images/:name': ['image remove', 'image untag'],
  'POST /images/:name/push': 'writes in a registry only',
  'POST /images/:name/tag': ['image tag'],
  'POST /images/create': ['pull', 'image import'],
  'POST /images/load': ['image load', 'image load in the place of another'],
  'POST /images/prune': ['prune'],
  'DELETE /networks/:name': ['network rm', 'network rm, macvlan', 'network rm, with IPv6'],
  'POST /networks/:name/connect': ['connect', 'connect to a macvlan', 'connect with IPv6'],
  'POST /networks/:name/disconnect': ['disconnect', 'disconnect by force, with IPv6'],
  'POST /networks/create': ['network create', 'network create, macvlan'],
  'POST /networks/prune': ['network prune'],
  'POST /volumes/create': ['volume create'],
  'POST /volumes/prune': ['prune'],
  'DELETE /volumes/:name': ['volume remove'],
};

test('berthd is killed under every request that changes something', () => {
  const asked = ['GET', 'HEAD', 'OPTIONS'];
  const changing = routes
    .filter(({ method }) => !asked.includes(method))
    .map(({ method, path }) => `${method} ${path}`);
  expect(Object.keys(subjects).toSorted()).toEqual([...new Set(changing)].toSorted());
  const names = operations.map(({ name }) => name);
  const wanted = Object.values(subjects).flatMap((one) => (typeof one === 'string' ? [] : one));
  expect(names).toEqual(expect.arrayContaining(wanted));
  expect(new Set(names).size).toBe(names.length);
});
