import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { TestNamespaces } from '../../integration/network/namespaces.ts';
import { berthd, dockerd } from '../daemons.ts';
import type { BenchSetup } from '../groups.ts';
import { type Figures, figuresOf } from '../median.ts';
import { noLimit, type Result } from '../report.ts';
import type { Workshop } from '../workshop.ts';
import { image, places, Side } from './side.ts';

/** What containers cost and carry on the default bridge, beside dockerd's in the same run: both on hosts of their own. */
export async function networkFigures({ workshop, rounds = 20, take }: BenchSetup): Promise<void> {
  const namespaces = await TestNamespaces.make(...places);
  const sides: Side[] = [];
  try {
    const tar = workshop.path('network.tar');
    execFileSync('tar', ['-C', workshop.rootfs, '-cf', tar, '.']);
    const commands = { berth: berthdOf(workshop), docker: dockerdOf(workshop) } as const;
    for (const place of ['berth', 'docker'] as const) {
      sides.push(await Side.open(place, { namespaces, tar, command: commands[place] }));
    }
    const [ours, theirs] = sides as [Side, Side];
    await take('docker run', () => runs({ ours, theirs }, rounds));
    await take('throughput', () => throughput({ ours, theirs }, Math.max(5, rounds / 4)));
    await take('many', () => many(ours));
  } finally {
    for (const side of sides) await side.close();
    await namespaces.close();
  }
}

interface Both {
  readonly ours: Side;
  readonly theirs: Side;
}

const berthdOf = (workshop: Workshop): ReturnType<typeof berthd> =>
  berthd({ folder: join(workshop.folder, 'berth-networks') });
const dockerdOf = (workshop: Workshop): ReturnType<typeof dockerd> =>
  dockerd({ folder: join(workshop.folder, 'docker-networks'), networks: 'own' });

/** The ways to run a container that are compared. */
const kinds = {
  none: ['--network', 'none'],
  bridge: [],
  port: ['--publish', '8080:80'],
} as const;

/** Whole commands, all kinds of both engines in turn. */
async function runs({ ours, theirs }: Both, rounds: number): Promise<readonly Result[]> {
  const taken = { ours: emptyRuns(), theirs: emptyRuns() };
  for (let round = 0; round <= rounds; round += 1) {
    for (const kind of ['none', 'bridge', 'port'] as const) {
      for (const [name, side] of [
        ['ours', ours],
        ['theirs', theirs],
      ] as const) {
        const ms = await side.run(...kinds[kind]);
        // The first is a warm-up.
        if (round > 0) taken[name][kind].push(ms);
      }
    }
  }
  const more = (side: 'ours' | 'theirs', kind: 'bridge' | 'port'): Figures =>
    figuresOf(taken[side][kind].map((ms, i) => ms - (taken[side].none[i] ?? 0)));
  return [
    ...(['none', 'bridge', 'port'] as const).map((kind) => ({
      ...{ name: `docker run --rm ${kinds[kind].join(' ')}`.trim(), unit: 'ms' as const },
      ours: figuresOf(taken.ours[kind]),
      theirs: { name: 'dockerd', figures: figuresOf(taken.theirs[kind]) },
      limit: noLimit,
    })),
    ...(
      [
        ['bridge', 3],
        ['port', 8],
      ] as const
    ).map(([kind, most]) => ({
      name: `more than with --network none: ${kind === 'port' ? kinds.port.join(' ') : 'default bridge'}`,
      unit: 'ms' as const,
      ours: more('ours', kind),
      theirs: { name: 'dockerd', figures: more('theirs', kind) },
      limit: { most },
    })),
  ];
}

function emptyRuns(): Record<keyof typeof kinds, number[]> {
  return { none: [], bridge: [], port: [] };
}

/** Programs of this host in a container, and where iperf3 writes. */
const hostPrograms = [
  '--tmpfs=/tmp',
  ...['usr', 'lib', 'lib64'].map((name) => `--volume=/${name}:/${name}:ro`),
];

/** Milliseconds for a gigabyte, and for a thousand connections: less is better, as everywhere. */
async function throughput({ ours, theirs }: Both, rounds: number): Promise<readonly Result[]> {
  for (const side of [ours, theirs]) {
    const server = ['run', '--detach', ...hostPrograms];
    await side.docker(
      ...server,
      '--name',
      'iperf',
      '--publish',
      '5201:5201',
      image,
      '/usr/bin/iperf3',
      '-s',
    );
    await side.docker(
      ...server,
      '--name',
      'web',
      '--publish',
      '8081:80',
      image,
      '/busybox',
      'httpd',
      '-f',
      '-p',
      '80',
      '-h',
      '/usr/share/doc',
    );
    await side.docker(...server, '--name', 'inside', image, '/busybox', 'sleep', '1d');
  }
  // A server is there a moment after its container.
  for (const side of [ours, theirs]) {
    const attempt = `/usr/bin/iperf3 --time 1 --client ${side.address} > /dev/null 2>&1`;
    await side.fromClient('timeout', '20', 'sh', '-c', `until ${attempt}; do :; done`);
  }
  const figures = {
    'a gigabyte from container to container (iperf3)': (side: Side) =>
      gigabyteMs(side.said('exec', 'inside', ...iperf(addressOf(side)))),
    'a gigabyte from another host through a published port (iperf3)': async (side: Side) =>
      gigabyteMs(await side.fromClient(...iperf(side.address))),
    'a thousand connections through a published port (wrk)': async (side: Side) =>
      connectionsMs(
        await side.fromClient(
          'wrk',
          '-t',
          '2',
          '-c',
          '32',
          '-d',
          '3s',
          '-H',
          'Connection: close',
          `http://${side.address}:8081/`,
        ),
      ),
  };
  const results: Result[] = [];
  for (const [name, measure] of Object.entries(figures)) {
    const taken: { readonly ours: number[]; readonly theirs: number[] } = { ours: [], theirs: [] };
    for (let round = 0; round < rounds; round += 1) {
      taken.ours.push(await measure(ours));
      taken.theirs.push(await measure(theirs));
    }
    results.push({
      ...{ name, unit: 'ms', ours: figuresOf(taken.ours), limit: { ratio: 1.05 } },
      theirs: { name: 'dockerd', figures: figuresOf(taken.theirs) },
    });
  }
  return results;
}

function addressOf(side: Side): string {
  return side.said(
    'inspect',
    '--format',
    '{{.NetworkSettings.Networks.bridge.IPAddress}}',
    'iperf',
  );
}

function iperf(address: string): readonly [string, ...string[]] {
  return ['/usr/bin/iperf3', '--json', '--time', '3', '--client', address];
}

function gigabyteMs(report: string): number {
  const { end } = JSON.parse(report) as {
    readonly end: { readonly sum_received: { readonly bits_per_second: number } };
  };
  return (8e9 / end.sum_received.bits_per_second) * 1000;
}

function connectionsMs(report: string): number {
  return 1e6 / Number(/Requests\/sec: +([\d.]+)/.exec(report)?.[1]);
}

const counts = { networks: 200, containers: 500 } as const;

/** How much longer the last takes than the first: 200 networks, 500 containers, 1,000 published ports. */
async function many(side: Side): Promise<readonly Result[]> {
  const networks: number[] = [];
  const containers: number[] = [];
  const clock = async (into: number[], ...args: readonly string[]): Promise<void> => {
    const start = performance.now();
    await side.docker(...args);
    into.push(performance.now() - start);
  };
  const pools = (number: number): string =>
    `10.${100 + Math.floor(number / 200)}.${number % 200}.0/24`;
  for (let number = 0; number < counts.networks; number += 1)
    await clock(networks, 'network', 'create', '--subnet', pools(number), `many-${number}`);
  for (let number = 0; number < counts.containers; number += 1) {
    const port = 10_000 + 2 * number;
    const options = [
      '--network',
      `many-${number % counts.networks}`,
      '--publish',
      `${port}-${port + 1}:80-81`,
    ];
    await clock(containers, 'run', '--detach', ...options, image, '/busybox', 'sleep', '1d');
  }
  const ends = (values: readonly number[]): readonly [Figures, Figures] => [
    figuresOf(values.slice(-20)),
    figuresOf(values.slice(1, 21)),
  ];
  return (
    [
      [`docker network create, the last of ${counts.networks}`, networks],
      [`docker run -d with two ports, the last of ${counts.containers}`, containers],
    ] as const
  ).map(([name, values]) => {
    const [last, first] = ends(values);
    return {
      ...{ name, unit: 'ms', ours: last, limit: { ratio: 2 } },
      theirs: { name: 'the first', figures: first },
    };
  });
}
