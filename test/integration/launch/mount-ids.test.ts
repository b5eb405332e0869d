import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { StartRequest } from '../../../runtime/launch/plan-start.ts';
import { type Change } from './machine.ts';
import { useMachine } from './use-machine.ts';
import { mountTwo } from './mount-points.ts';

const machine = useMachine();
let host: ReturnType<typeof mountTwo>;
beforeAll(() => {
  chmodSync(machine().folder, 0o755);
});
beforeEach(() => {
  host = mountTwo(`${machine().folder}/ids`);
  for (const path of [host.outer, host.inner]) {
    mkdirSync(`${path}/of-0`);
    mkdirSync(`${path}/of-7`);
    execFileSync('chown', ['7:8', `${path}/of-7`]);
  }
});
afterEach(() => {
  host.remove();
});

const mapping = (containerID: number, hostID: number, size = 100) => [
  { containerID, hostID, size },
];
const script = 'cd /m; stat -c %u:%g of-0 of-7 inner/of-7; mkdir new && stat -c %u:%g new';

function bind(options: readonly string[], more = {}): Change {
  return { mounts: [{ destination: '/m', source: host.outer, options: [...options], ...more }] };
}

/** In a user namespace that begins at 100000. */
function inNamespace(change: Change): StartRequest {
  const namespaces = (['pid', 'mount', 'uts', 'ipc', 'network', 'cgroup', 'user'] as const).map(
    (type) => ({ type }),
  );
  const ids = mapping(0, 100_000, 65_536);
  const linux = { namespaces, uidMappings: ids, gidMappings: ids };
  const request = machine().request(['sh', '-c', script], { ...change, linux });
  if (request.rootfs.type !== 'overlay') throw new Error('the root is no overlay');
  for (const path of [dirname(request.rootfs.upper), request.rootfs.upper, request.rootfs.work]) {
    chmodSync(path, 0o755);
    execFileSync('chown', ['100000:100000', path]);
  }
  return request;
}

describe('a mount with other ids', () => {
  it('shows those, and writes the others', async () => {
    const ids = { uidMappings: mapping(0, 1000), gidMappings: mapping(0, 2000) };
    const found = await machine().shell(
      'cd /m; stat -c %u:%g of-0 of-7; su() { :; }; ls -ldn inner/of-7 | tr -s " " | cut -d" " -f3,4',
      bind(['rbind', 'idmap'], ids),
    );
    expect(found).toBe('1000:2000\n1007:2008\n7 8');
  });

  it('is so with all that is mounted below with ridmap', async () => {
    const ids = { uidMappings: mapping(0, 1000), gidMappings: mapping(0, 2000) };
    const found = await machine().shell(
      'stat -c %u:%g /m/inner/of-7',
      bind(['rbind', 'ridmap'], ids),
    );
    expect(found).toBe('1007:2008');
  });

  it('takes the ids of the container, whose root owns what root of the host does', async () => {
    const { stdout, stderr } = await machine().finish(inNamespace(bind(['rbind', 'ridmap'])));
    expect(stderr).toBe('');
    expect(stdout).toBe('0:0\n7:8\n7:8\n0:0\n');
    const { stdout: plain } = await machine().finish(inNamespace(bind(['rbind'])));
    expect(plain).toBe('65534:65534\n65534:65534\n65534:65534\n');
  });

  it('is a slave, or private, as any other', async () => {
    execFileSync('mount', ['--make-rshared', host.outer]);
    const ids = { uidMappings: mapping(0, 1000), gidMappings: mapping(0, 2000) };
    const show = 'grep " /m " /proc/self/mountinfo';
    expect(await machine().shell(show, bind(['rbind', 'idmap'], ids))).toMatch(/ master:\d+ - /);
    const options = ['rbind', 'idmap', 'rprivate', 'ro'];
    expect(await machine().shell(show, bind(options, ids))).toMatch(/ ro,relatime,idmapped - /);
    execFileSync('mount', ['--make-rprivate', host.outer]);
  });

  it.each([
    [['bind', 'idmap'], {}, '\'mounts[7].options\' is "idmap"'],
    [['bind'], { uidMappings: mapping(0, 1) }, 'uidMappings'],
  ])('with %j and %j is refused by name', async (options, more, message) => {
    await expect(machine().run(['true'], bind(options, more))).rejects.toMatchObject({
      code: 'SPEC_INVALID',
      message: expect.stringContaining(message) as string,
    });
  });

  it('of a file system that cannot is an error that names the field', async () => {
    const ids = { uidMappings: mapping(0, 1000), gidMappings: mapping(0, 2000) };
    const mounts = [{ destination: '/m', source: '/proc', options: ['bind'], ...ids }];
    await expect(machine().run(['true'], { mounts })).rejects.toMatchObject({
      message: expect.stringContaining(
        'map the ids of /proc (mounts[7].uidMappings): EINVAL',
      ) as string,
    });
  });
});
