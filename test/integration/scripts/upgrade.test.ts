import { existsSync } from 'node:fs';
import { readdir, readFile, readlink, watch, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { busyboxArchive, busyboxImage } from '../cli/busybox-archive.ts';
import { removeEmptyCgroups } from '../container/empty-cgroups.ts';
import packageJson from '../../../package.json' with { type: 'json' };
import { EngineQuestions } from '../../../scripts/upgrade/engine.ts';
import { hostAt } from '../../../scripts/host/provision-host.ts';
import { smokeLabel } from '../../../scripts/smoke/run-image.ts';
import { proveEngineKind } from '../../../scripts/steps/prove-engine.ts';
import { makePrivateHost, processesIn, type PrivateHost } from './support/private-host.ts';
import { newerVersion, UpgradeBundles } from './support/upgrade-bundles.ts';

const slowMs = 240_000;
const oldVersion = packageJson.version;
const newVersion = newerVersion;
const berth = '/opt/berth/current/bin/berth';

let bundles: UpgradeBundles;
/** One host for all tests, with the old version at the beginning of each. */
let host: PrivateHost;
/** A container that runs from before the first test to the end. */
let survivor: { readonly id: string; readonly pid: number };

beforeAll(async () => {
  bundles = await UpgradeBundles.make();
  host = await makePrivateHost();
  await must('sh', `${bundles.old}/install.sh`, '--no-smoke-test', '--yes');
  await writeFile(host.path('/run/busybox.tar'), await busyboxArchive());
  await must(berth, 'load', '--input', '/run/busybox.tar');
  survivor = await startContainer();
}, slowMs);
afterAll(async () => {
  await host.start([berth, 'down', '--purge', '--yes']).ended;
  const left = await processesIn(host);
  await host.remove();
  await bundles.remove();
  removeEmptyCgroups();
  expect(left).toEqual([]);
}, slowMs);
beforeEach(async () => {
  if ((await engineVersion()) !== oldVersion) await must(berth, 'upgrade', '--to', oldVersion);
  await must('rm', '-rf', `/opt/berth/${newVersion}`);
}, slowMs);

async function must(...argv: readonly [string, ...string[]]): Promise<string> {
  const { exitCode, stdout, stderr } = await host.start(argv).ended;
  expect({ argv, exitCode, stderr }).toMatchObject({ exitCode: 0 });
  return stdout.trim();
}

async function startContainer(): Promise<{ readonly id: string; readonly pid: number }> {
  const loop = 'while :; do sleep 1000; done';
  const args = ['--detach', '--network', 'none', busyboxImage, 'sh', '-c', loop];
  const id = await must(berth, 'run', ...args);
  return { id, pid: await pidOf(id) };
}

const engine = () =>
  new EngineQuestions(host.path('/run/berth/berth.sock'), new AbortController().signal);
const engineVersion = () => engine().version();
const pidOf = async (id: string) => (await engine().stateOf(id))?.pid ?? 0;
const upgrade = (...args: readonly string[]) => host.start([berth, 'upgrade', ...args]).ended;
const definition = () => readFile(host.path('/run/berth/service.json'), 'utf8');
const versions = async (): Promise<readonly string[]> =>
  (await readdir(host.path('/opt/berth'))).filter((name) => name !== 'folders-made').sort();

/** All is as it was before: the old version runs, nothing of the new one is there, the container was not touched. */
async function expectOld(before: string): Promise<void> {
  expect(await engineVersion()).toBe(oldVersion);
  expect(await versions()).toEqual([oldVersion, 'current']);
  expect(await definition()).toBe(before);
  expect(await pidOf(survivor.id)).toBe(survivor.pid);
}

describe('berth upgrade', () => {
  test(
    'changes to a bundle and back; containers run on',
    async () => {
      const up = await upgrade(bundles.newerArchive, '--json');
      expect(up).toMatchObject({ exitCode: 0 });
      expect(JSON.parse(up.stdout)).toEqual({
        outcome: 'changed',
        from: oldVersion,
        to: newVersion,
        containers: 1,
        recovery: 'none',
        pruned: [],
      });
      expect(await engineVersion()).toBe(newVersion);
      expect(await definition()).toContain(`/opt/berth/${newVersion}/bin/berthd`);
      expect(await pidOf(survivor.id)).toBe(survivor.pid);

      const again = await upgrade(bundles.newerArchive);
      expect(again.stdout).toContain(`berth ${newVersion} runs already; nothing to change.`);

      expect((await upgrade('--rollback')).stdout).toContain(`berth ${oldVersion} runs`);
      expect(await engineVersion()).toBe(oldVersion);
      expect(await versions()).toEqual([oldVersion, newVersion, 'current']);
      expect(await pidOf(survivor.id)).toBe(survivor.pid);

      await must(berth, 'upgrade', '--to', newVersion);
      expect(await engineVersion()).toBe(newVersion);
    },
    slowMs,
  );

  test(
    'keeps the version before, and removes older ones',
    async () => {
      await must('cp', '-a', `/opt/berth/${oldVersion}`, '/opt/berth/0.0.1');
      const up = await upgrade(bundles.newer, '--json');
      expect(JSON.parse(up.stdout)).toMatchObject({ pruned: ['0.0.1'] });
      expect(await versions()).toEqual([oldVersion, newVersion, 'current']);
    },
    slowMs,
  );

  test('what is not there is refused', async () => {
    const before = await definition();
    for (const [args, code] of [
      [['--to', '1.2.3'], 'UPGRADE_TARGET_MISSING'],
      [['--to', '../..'], 'UPGRADE_TARGET_MISSING'],
      [['--rollback'], 'UPGRADE_TARGET_MISSING'],
      [['/run/none.tar.gz'], 'UPGRADE_TARGET_MISSING'],
      [['/run/busybox.tar'], 'BUNDLE_CORRUPT'],
      [['/etc/passwd'], 'Fetch or copy the archive (tar.gz) again.'],
      [[], 'USAGE'],
      [['--rollback', '--to', '1'], 'USAGE'],
      [['--rollback', '--timeout', 'x'], 'USAGE'],
    ] as const) {
      const { exitCode, stderr } = await upgrade(...args);
      expect(exitCode, args.join(' ')).not.toBe(0);
      expect(stderr).toContain(code);
    }
    await expectOld(before);
  });
});

/** Shell scripts in the place of the new version's daemon or command line, and how that is told. */
const broken: readonly {
  readonly what: string;
  readonly files: Readonly<Record<string, string>>;
  readonly code: string;
  readonly says: RegExp;
}[] = [
  {
    what: 'crashes',
    files: { 'bin/berthd': '#!/bin/sh\necho broken >&2\nexit 3\n' },
    code: 'UPGRADE_UNHEALTHY',
    says: /was started again \d+ times/,
  },
  {
    what: 'hangs',
    files: { 'bin/berthd': '#!/bin/sh\nexec sleep 1000\n' },
    code: 'UPGRADE_UNHEALTHY',
    says: /did not answer at .* within 5 s/,
  },
  {
    what: 'answers wrongly',
    files: { 'bin/berthd': `#!/bin/sh\nexec /opt/berth/${oldVersion}/bin/berthd "$@"\n` },
    code: 'UPGRADE_UNHEALTHY',
    says: /the engine that answers is version/,
  },
  {
    what: 'cannot say how it is started',
    files: { 'bin/berth': '#!/bin/sh\nexit 1\n' },
    code: 'UPGRADE_NO_DEFINITION',
    says: /nothing was changed/,
  },
  {
    what: 'says nonsense of how it is started',
    files: { 'bin/berth': '#!/bin/sh\necho "{}"\n' },
    code: 'UPGRADE_NO_DEFINITION',
    says: /nothing was changed/,
  },
];

describe('a new version that', () => {
  test.for(broken)(
    '$what: the old one runs again',
    { timeout: slowMs },
    async ({ what, files, code, says }) => {
      const before = await definition();
      const bundle = await bundles.altered(what.replaceAll(' ', '-'), files);
      const { exitCode, stderr } = await upgrade('--timeout', '5', bundle);
      expect(exitCode).toBe(1);
      expect(stderr).toContain(code);
      expect(stderr).toMatch(says);
      await expectOld(before);
    },
  );

  test('kills a container is found out', { timeout: slowMs }, async () => {
    const before = await definition();
    const victim = await startContainer();
    const kill = `kill -KILL ${victim.pid}; exec /opt/berth/${newVersion}/bin/real "$@"`;
    const bundle = await bundles.altered('kills', {
      'bin/berthd': `#!/bin/sh\n${kill}\n`,
      'bin/real': await readFile(`${bundles.newer}/bin/berthd`, 'utf8'),
      'start/real': await readFile(`${bundles.newer}/start/berthd`, 'utf8'),
    });
    const { stderr } = await upgrade(bundle);
    expect(stderr).toMatch(/UPGRADE_UNHEALTHY.*containers that ran do not run any more/);
    await expectOld(before);
  });

  test('is damaged is not even unpacked for good', { timeout: slowMs }, async () => {
    const before = await definition();
    const bundle = await bundles.altered('damaged', { LICENSE: 'x' });
    await writeFile(`${bundle}/LICENSE`, 'y');
    expect((await upgrade(bundle)).stderr).toContain('BUNDLE_CORRUPT');
    await expectOld(before);
  });
});

/** An empty /run and another boot of the kernel, as the private host sees it. */
const powerCut = `umount --lazy /run && mount -t tmpfs -o mode=755 berth-test /run &&
echo 00000000-0000-4000-8000-000000000000 > /opt/boot && mount --bind /opt/boot /proc/sys/kernel/random/boot_id`;

async function killAll(): Promise<void> {
  for (let left = await processesIn(host); left.length > 0; left = await processesIn(host)) {
    for (const one of left) await host.start(['kill', '-KILL', one.split(' ')[0] ?? '']).ended;
  }
}

describe('an upgrade that is killed', () => {
  const moments = ['install berth', 'start service', 'prove that'];
  /** Runs an upgrade and kills it when it says that it has done something. */
  async function killAt(moment: string): Promise<void> {
    const running = host.start([berth, 'upgrade', bundles.newer]);
    // A line comes when its step is done; the last one's proof is under way when the one before has come.
    await running.printed(moment === 'prove that' ? 'start service' : moment);
    if (moment === 'prove that') await new Promise((resolve) => setImmediate(resolve));
    // nsenter(1), the start script and Node.js execute each other: they are one process.
    running.process.kill('SIGKILL');
    await running.ended;
    const status = await host.start([`/opt/berth/${oldVersion}/bin/berth`, 'status', '--json'])
      .ended;
    expect(JSON.parse(status.stdout)).toMatchObject({ journal: { state: 'interrupted' } });
  }

  test.for(moments)(
    'at "%s" is brought to its end by the same',
    { timeout: slowMs },
    async (moment) => {
      await killAt(moment);
      await must(berth, 'upgrade', bundles.newer);
      expect(await engineVersion()).toBe(newVersion);
      expect(await versions()).toEqual([oldVersion, newVersion, 'current']);
      expect(await pidOf(survivor.id)).toBe(survivor.pid);
    },
  );

  test.for(moments)('at "%s" is undone for another wish', { timeout: slowMs }, async (moment) => {
    const before = await definition();
    await killAt(moment);
    await host.start([`/opt/berth/${oldVersion}/bin/berth`, 'upgrade', '--rollback']).ended;
    await must(berth, 'up', '--no-smoke-test', '--yes');
    await expectOld(before);
  });

  test('while it unpacks is brought to its end by the same', { timeout: slowMs }, async () => {
    const running = host.start([berth, 'upgrade', bundles.newer]);
    const polling = new AbortController();
    for await (const { filename } of watch(host.path('/opt/berth'), { signal: polling.signal })) {
      if (filename?.startsWith('.new-')) break;
    }
    running.process.kill('SIGKILL');
    await running.ended;
    expect(await versions()).not.toContain(newVersion);
    await must(berth, 'upgrade', bundles.newer);
    expect(await engineVersion()).toBe(newVersion);
    expect(await versions()).toEqual([oldVersion, newVersion, 'current']);
  });

  test('while it looks at a bundle leaves nothing after "up"', { timeout: slowMs }, async () => {
    const folder = host.path('/opt/berth/.look');
    const running = host.start([berth, 'upgrade', bundles.newer]);
    const polling = new AbortController();
    for await (const { filename } of watch(host.path('/opt/berth'), { signal: polling.signal })) {
      if (filename === '.look') break;
    }
    running.process.kill('SIGKILL');
    await running.ended;
    expect(existsSync(folder)).toBe(true);
    await must(berth, 'up', '--no-smoke-test', '--yes');
    expect(existsSync(folder)).toBe(false);
  });

  test('is undone by "up" of the very version it brought', { timeout: slowMs }, async () => {
    const before = await definition();
    const containers = await must(berth, 'ps', '--all', '--quiet');
    await killAt('prove that');
    // What a kill in the middle of the proof leaves.
    await must(berth, 'run', '--network', 'none', '--label', `${smokeLabel}=1`, 'hello-world');
    const up = await host.start([berth, 'up', '--no-smoke-test', '--yes']).ended;
    expect(up).toMatchObject({ exitCode: 0, stderr: '' });
    await expectOld(before);
    expect(await must(berth, 'ps', '--all', '--quiet')).toBe(containers);
  });

  test('is undone by "down" of the very version it brought', { timeout: slowMs }, async () => {
    const first = host;
    host = await makePrivateHost();
    try {
      await must('sh', `${bundles.old}/install.sh`, '--no-smoke-test', '--yes');
      await killAt('start service');
      await must(berth, 'down', '--yes');
      expect(await versions()).toEqual([oldVersion, 'current']);
      expect(await readlink(host.path('/opt/berth/current'))).toBe(oldVersion);
    } finally {
      await host.start([berth, 'down', '--purge', '--yes']).ended;
      await host.remove();
      host = first;
    }
  });

  test('by a power cut, with containers, is brought to its end', { timeout: slowMs }, async () => {
    const first = host;
    host = await makePrivateHost();
    try {
      await must('sh', `${bundles.old}/install.sh`, '--no-smoke-test', '--yes');
      await writeFile(host.path('/opt/busybox.tar'), await busyboxArchive());
      await must(berth, 'load', '--input', '/opt/busybox.tar');
      const { pid } = await startContainer();
      await killAt('start service');
      await killAll();
      process.kill(pid, 'SIGKILL');
      await must('sh', '-c', powerCut);
      await must(`/opt/berth/${oldVersion}/bin/berth`, 'upgrade', bundles.newer);
      expect(await engineVersion()).toBe(newVersion);
    } finally {
      await host.start([berth, 'down', '--purge', '--yes']).ended;
      await killAll();
      await host.remove();
      host = first;
    }
  });

  test('misses no container of another boot', { timeout: slowMs }, async () => {
    await killAt('install berth');
    const boot = (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim();
    expect(await readFile(host.path('/var/lib/berth/provision/journal.jsonl'), 'utf8')).toContain(
      boot,
    );
    await must(`/opt/berth/${oldVersion}/bin/berth`, 'up', '--no-smoke-test', '--yes');
    const gone = { id: 'f'.repeat(64), pid: 1, autoRemove: false };
    const prove = (ranIn: string) =>
      proveEngineKind.apply(
        {
          kind: 'prove-engine',
          version: oldVersion,
          socket: '/run/berth/berth.sock',
          manager: 'supervisor',
          service: { name: 'berth', path: '/run/berth/service.json' },
          timeoutMs: 10_000,
          boot: ranIn,
          containers: [gone],
        },
        hostAt(host.path('/')),
      );
    await expect(prove(boot)).rejects.toMatchObject({ code: 'UPGRADE_UNHEALTHY' });
    await expect(prove('another')).resolves.toBeUndefined();
  });
});
