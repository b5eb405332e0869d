import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readHostFacts } from '../../../runtime/launch/host-facts.ts';
import { planStart } from '../../../runtime/launch/plan-start.ts';
import { FilterCache } from '../../../runtime/launch/seccomp/filter-cache.ts';
import { startProgram } from '../../../runtime/launch/start-program.ts';
import { type Change, type Running } from './machine.ts';
import { useMachine } from './use-machine.ts';
import { mountAt, mountTwo } from './mount-points.ts';

const machine = useMachine();
let host: ReturnType<typeof mountTwo>;
beforeEach(() => {
  host = mountTwo(`${machine().folder}/shared`);
  execFileSync('mount', ['--make-rshared', host.outer]);
  mkdirSync(`${host.outer}/late`);
});
afterEach(() => {
  host.remove();
});

const all = ['CAP_SYS_ADMIN', 'CAP_DAC_OVERRIDE', 'CAP_SYS_CHROOT'];
const capabilities = { bounding: all, effective: all, permitted: all };

/** A container with the folder of the host, which mounts on /m/late when it is told to. */
async function start(options: readonly string[], linux: Change['linux'] = {}): Promise<Running> {
  const script =
    'echo ready; read x; mount -t tmpfs late /m/late && echo mounted; read x; umount /m/late; echo gone';
  const request = machine().request(['sh', '-c', script], {
    process: { capabilities },
    mounts: [{ destination: '/m', source: host.outer, options: [...options] }],
    linux,
  });
  const running = await machine().start({ ...request, stdin: 'open' });
  await running.said('ready');
  return running;
}

/** Whether what the container mounts is seen on the host. */
async function reachesHost(
  options: readonly string[],
  linux: Change['linux'] = {},
): Promise<boolean> {
  const running = await start(options, linux);
  running.monitor.stdin.write('\n');
  await running.said('mounted');
  const seen = readFileSync('/proc/self/mountinfo', 'utf8').includes(`${host.outer}/late `);
  running.monitor.stdin.end('\n');
  await running.ended();
  return seen;
}

/** Whether what the host mounts later is seen in the container. */
async function reachesContainer(
  options: readonly string[],
  linux: Change['linux'] = {},
): Promise<boolean> {
  const running = await start(options, linux);
  execFileSync('mount', ['-t', 'tmpfs', 'late', `${host.outer}/late`]);
  writeFileSync(`${host.outer}/late/seen`, '');
  const seen = existsSync(`/proc/${running.pid}/root/m/late/seen`);
  running.monitor.signal(9);
  await running.ended();
  execFileSync('umount', [`${host.outer}/late`]);
  return seen;
}

describe('what is mounted later', () => {
  it.each([
    [['rbind'], undefined, { host: false, container: true }],
    [['rbind', 'rprivate'], undefined, { host: false, container: false }],
    [['rbind', 'rslave'], undefined, { host: false, container: true }],
    [['rbind', 'rshared'], undefined, { host: false, container: true }],
    [['rbind', 'rshared'], 'shared', { host: true, container: true }],
    [['rbind', 'rshared'], 'rshared', { host: true, container: true }],
    [['rbind', 'rslave'], 'shared', { host: false, container: true }],
    [['rbind', 'rprivate'], 'shared', { host: false, container: false }],
    [['rbind'], 'rslave', { host: false, container: true }],
    [['rbind'], 'private', { host: false, container: false }],
    [['rbind'], 'unbindable', { host: false, container: false }],
  ] as const)('in a mount with %j, and rootfsPropagation %s', async (options, root, wanted) => {
    const linux = root === undefined ? {} : { rootfsPropagation: root };
    expect({
      host: await reachesHost(options, linux),
      container: await reachesContainer(options, linux),
    }).toEqual(wanted);
  });
});

describe('linux.rootfsPropagation', () => {
  it.each([
    [undefined, /^$/],
    ['shared', /^shared:\d+$/],
    ['rshared', /^shared:\d+$/],
    ['private', /^$/],
    ['rprivate', /^$/],
    ['slave', /^$/],
    ['rslave', /^$/],
    ['unbindable', /^unbindable$/],
    ['runbindable', /^unbindable$/],
  ] as const)(
    '%s is that of the root, and nothing of it is seen on the host',
    async (value, tags) => {
      const linux = value === undefined ? {} : { rootfsPropagation: value };
      const found = await machine().shell('cat /proc/self/mountinfo', { linux });
      expect(mountAt(found, '/').tags.join(' ')).toMatch(tags);
    },
  );
});

describe('a root without pivot_root', () => {
  it.each([
    ['with', true],
    ['without', false],
  ] as const)('is made %s the call', async (pivot, called) => {
    const request = { ...machine().request(['true']), pivot };
    const host = await readHostFacts();
    const filters = new FilterCache(host.architecture);
    const { plan } = await planStart(request, { host, filters });
    const { steps } = startProgram(plan, { ...request, name: 'start' });
    expect(steps.some(({ call }) => call === 'pivot_root')).toBe(called);
  });

  it('is the root, with nothing of the host, whose procfs cannot be uncovered', async () => {
    const request = machine().request([
      'sh',
      '-c',
      'ls -d /bin /proc/1; grep -c " / / " /proc/self/mountinfo; ls /tmp/berth* /proc/1/root/tmp/berth* 2>/dev/null | wc -l',
    ]);
    const { stdout, stderr, exit } = await machine().finish({ ...request, pivot: 'without' });
    expect(stderr).toBe('');
    expect(exit.exitCode).toBe(0);
    expect(stdout.split('\n').slice(0, 2)).toEqual(['/bin', '/proc/1']);
    expect(stdout.trim().split('\n').at(-1)).toBe('0');
  });
});
