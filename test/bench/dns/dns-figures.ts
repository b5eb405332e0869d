import { writeFileSync } from 'node:fs';
import { NameService } from '../../../runtime/network/names/name-service.ts';
import { TestNamespaces } from '../../integration/network/namespaces.ts';
import { FixedDirectory } from '../../support/names/fixed-directory.ts';
import type { BenchSetup } from '../groups.ts';
import { figuresOf } from '../median.ts';
import type { Result } from '../report.ts';

const containers = ['n0', 'n1', 'n2', 'n3'] as const;
/** Questions a second, of all containers together. */
const rate = 20_000;
const seconds = 5;

/** What dnsperf(1) says of a run. */
interface Run {
  readonly sent: number;
  readonly lost: number;
  /** Milliseconds, the mean of all. */
  readonly latency: number;
}

/** The name server of containers: four ask it together 20,000 times a second, on this machine too; and how long it takes to serve one. */
export async function dnsFigures({ workshop, rounds = 5, take }: BenchSetup): Promise<void> {
  await take('name server', () => measure(workshop.path('dns-queries'), rounds));
}

async function measure(queries: string, rounds: number): Promise<readonly Result[]> {
  const names = Object.fromEntries(
    Array.from({ length: 100 }, (_, i) => [`web-${i}`, [`10.5.1.${i + 1}`]] as const),
  );
  writeFileSync(
    queries,
    Object.keys(names)
      .flatMap((name) => [`${name} A\n`, `${name} AAAA\n`])
      .join(''),
  );
  const namespaces = await TestNamespaces.make(...containers);
  const directory = new FixedDirectory(names);
  const service = new NameService({ directory, notice: console.error });
  try {
    const starts: number[] = [];
    for (let round = 0; round < 20; round += 1)
      for (const id of containers) {
        const began = performance.now();
        await service.serve({
          id,
          namespacePath: namespaces.path(id),
          upstreams: [],
          forwarding: 'off',
        });
        if (round === 0) starts.push(performance.now() - began);
      }
    const runs: Run[] = [];
    for (let round = 0; round <= rounds; round += 1) {
      const all = await Promise.all(containers.map((id) => ask(namespaces, id, queries)));
      // The first is a warm-up.
      if (round > 0) runs.push(sumOf(all));
    }
    const limit = { most: 0 };
    return [
      {
        name: `name server: of ${rate} questions a second from ${containers.length} containers, those lost, in thousand`,
        unit: 'of them',
        ours: figuresOf(runs.map(({ sent, lost }) => (1000 * lost) / sent)),
        limit,
      },
      {
        name: 'name server: an answer at that rate',
        unit: 'ms',
        ours: figuresOf(runs.map(({ latency }) => latency)),
        limit: { most: 5 },
      },
      {
        name: 'name server: to serve one more container',
        unit: 'ms',
        ours: figuresOf(starts),
        limit: { most: 5 },
      },
    ];
  } finally {
    await service.close();
    await namespaces.close();
  }
}

async function ask(
  namespaces: TestNamespaces<(typeof containers)[number]>,
  id: (typeof containers)[number],
  queries: string,
): Promise<Run> {
  const each = String(rate / containers.length);
  const options = ['-s', '127.0.0.11', '-d', queries, '-Q', each, '-l', String(seconds)];
  const output = await namespaces.begin(id, 'dnsperf', ...options, '-c', '4', '-q', '1000');
  const number = (pattern: RegExp): number => Number(pattern.exec(output)?.[1]);
  return {
    sent: number(/Queries sent: +(\d+)/),
    lost: number(/Queries lost: +(\d+)/),
    latency: 1000 * number(/Average Latency \(s\): +([\d.]+)/),
  };
}

function sumOf(runs: readonly Run[]): Run {
  const sum = (of: (run: Run) => number): number => runs.reduce((all, run) => all + of(run), 0);
  return {
    sent: sum(({ sent }) => sent),
    lost: sum(({ lost }) => lost),
    latency: sum(({ latency }) => latency) / runs.length,
  };
}
