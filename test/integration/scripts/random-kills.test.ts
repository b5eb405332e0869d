import { writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { busyboxArchive, busyboxImage } from '../cli/busybox-archive.ts';
import { random } from '../../support/random.ts';
import { makePrivateHost, processesIn, type PrivateHost } from './support/private-host.ts';
import { sharedBundle, type SharedBundle } from './support/shared-bundle.ts';
import { until } from './support/until.ts';
import { newerVersion } from './support/upgrade-bundles.ts';

/** Kills of a run; a campaign takes hundreds: `BERTH_KILLS=200 npm test -- random-kills`. */
const kills = Number(process.env['BERTH_KILLS'] ?? '3');
const next = random(process.env['BERTH_SEED']);
const skip = ['--skip', 'sysctl.forward=not a test of it', '--no-smoke-test', '--yes'] as const;
const verbs = ['up', 'down', 'upgrade'] as const;

/*
 * SIGKILL at a random moment of up, down and upgrade, on a private host with bundles of two versions. Whatever was cut
 * short, the next command brings the host to where it was going, or back: never anything between.
 */
describe(`SIGKILL at random moments, seed ${next.seed}`, () => {
  let bundles: { readonly old: SharedBundle; readonly new: SharedBundle };
  let host: PrivateHost;
  let before: readonly string[];
  /** Files of /etc and /opt with berth up, in the old and in the new version. */
  const planned = { old: [] as readonly string[], new: [] as readonly string[] };
  const lastsMs = { up: 0, down: 0, upgrade: 0 };

  const program = (which: 'old' | 'new' = 'old'): string => `${bundles[which].unpacked}/bin/berth`;
  const up = ['up', ...skip] as const;
  const down = ['down', '--purge', '--yes'] as const;
  const upgrade = (): readonly string[] => ['upgrade', bundles.new.archive];
  const berth = async (...argv: readonly string[]) => {
    const ended = await host.start([program(), ...argv]).ended;
    if (ended.exitCode !== 0) throw new Error(`${argv.join(' ')}: ${JSON.stringify(ended)}`);
    return ended.stdout;
  };
  const settings = async (): Promise<readonly string[]> =>
    (await host.snapshot()).filter((line) => line.startsWith('/etc') || line.startsWith('/opt'));

  beforeAll(async () => {
    bundles = { old: await sharedBundle(), new: await sharedBundle({ version: newerVersion }) };
    host = await makePrivateHost();
    before = await host.snapshot();
    lastsMs.up = await timed(() => berth(...up));
    planned.old = await settings();
    lastsMs.upgrade = await timed(() => berth(...upgrade()));
    planned.new = await settings();
    lastsMs.down = await timed(() => berth(...down));
    expect(await host.snapshot()).toEqual(before);
  }, 300_000);
  afterAll(async () => {
    await host.start([program(), ...down]).ended;
    await host.remove();
  });

  async function timed(work: () => Promise<unknown>): Promise<number> {
    const started = performance.now();
    await work();
    return performance.now() - started;
  }

  /** Starts a verb and kills it somewhere between its beginning and its usual end. */
  async function cutShort(verb: (typeof verbs)[number], argv: readonly string[]): Promise<void> {
    const running = host.start([program(), ...argv]);
    const signal = AbortSignal.timeout(Math.round(next.number() * lastsMs[verb]));
    await Promise.race([
      running.ended,
      new Promise((resolve) => {
        signal.addEventListener('abort', resolve);
      }),
    ]);
    running.process.kill('SIGKILL');
    await running.ended;
  }

  /** Makes a container that goes on for as long as it is let; returns its process. */
  async function startContainer(): Promise<string> {
    await writeFile(host.path('/run/busybox.tar'), await busyboxArchive());
    await berth('load', '--input', '/run/busybox.tar');
    await berth(
      'run',
      '--detach',
      '--network',
      'none',
      '--name',
      'lasting',
      busyboxImage,
      'sleep',
      '1000',
    );
    return pidOfContainer();
  }
  const pidOfContainer = async (): Promise<string> => {
    const [found] = JSON.parse(await berth('inspect', 'lasting')) as {
      readonly State: { readonly Pid: number; readonly Running: boolean };
    }[];
    return `${found?.State.Pid} ${found?.State.Running}`;
  };

  const afterUp = async (again: boolean): Promise<void> => {
    await cutShort('up', up);
    if (!again) return;
    await berth(...up);
    expect(await settings()).toEqual(planned.old);
    expect(await berth('version')).toContain('Server');
  };
  const afterDown = async (): Promise<void> => {
    await berth(...up);
    await cutShort('down', down);
  };
  const afterUpgrade = async (again: boolean): Promise<void> => {
    await berth(...up);
    const container = await startContainer();
    await cutShort('upgrade', upgrade());
    if (again) {
      await berth(...upgrade());
      expect(await settings()).toEqual(planned.new);
    } else {
      await berth(...up);
      // The kill may have come when all was done.
      expect([planned.old, planned.new]).toContainEqual(await settings());
    }
    expect(await pidOfContainer()).toBe(container);
  };

  const trials = Array.from({ length: kills }, (_, index) => ({
    number: index + 1,
    verb: verbs[index % verbs.length] ?? 'up',
  }));

  test.each(trials)(
    'number $number, of $verb',
    async ({ verb }) => {
      const again = next.number() < 0.5;
      if (verb === 'up') await afterUp(again);
      else if (verb === 'down') await afterDown();
      else await afterUpgrade(again);
      await berth(...down);
      await host.start(['rm', '-f', '/run/busybox.tar']).ended;
      expect(await host.snapshot()).toEqual(before);
      // Programs that a killed command had asked something come to their end by themselves.
      await until('the end of every process', async () =>
        (await processesIn(host)).length === 0 ? 'none is left' : undefined,
      );
    },
    180_000,
  );
});
