import { execFileSync } from 'node:child_process';
import { appendFileSync, readFileSync, writeFileSync } from 'node:fs';
import { cpus, release, totalmem } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  coldStart,
  type Daemons,
  dockerRun,
  engineAgainstRunc,
  monitorMemory,
  type Result,
} from './figures.ts';
import { Workshop } from './workshop.ts';

/*
 * `npm run bench`: berth beside its peers, in turn, in one run; medians. With `--record` the table is added to
 * docs/benchmarks.md.
 */
const repository = join(import.meta.dirname, '../..');
const { values } = parseArgs({
  options: {
    record: { type: 'boolean', default: false },
    rounds: { type: 'string', default: '30' },
  },
});
const rounds = Number(values.rounds);
const workshop = new Workshop();
try {
  const daemons = prepareDaemons(workshop);
  const results = [
    await engineAgainstRunc(workshop, rounds),
    ...(await dockerRun(workshop, daemons, rounds)),
    await monitorMemory(workshop, 5),
    ...(await coldStart(daemons, Math.max(3, Math.round(rounds / 6)))),
  ];
  const report = `\n## ${new Date().toISOString().slice(0, 10)}\n\n${machine()}\n\n${table(results)}\n`;
  process.stdout.write(report);
  if (values.record) appendFileSync(join(repository, 'docs/benchmarks.md'), report);
} finally {
  workshop.remove();
}

/** Both daemons on folders and sockets of their own, without touching the network. */
function prepareDaemons(place: Workshop): Daemons {
  const config = place.path('daemon.json');
  const [ours, theirs] = [place.path('berth.sock'), place.path('docker.sock')];
  writeFileSync(
    config,
    JSON.stringify({
      'data-root': place.path('berth-data'),
      'exec-root': place.path('berth-run'),
      hosts: [`unix://${ours}`],
    }),
  );
  const options = [
    '--data-root',
    place.path('docker-data'),
    '--exec-root',
    place.path('docker-run'),
  ];
  const network = ['--bridge=none', '--iptables=false', '--ip-forward=false', '--ip-masq=false'];
  return {
    ours: {
      socket: ours,
      // As `berth up` starts it.
      env: { NODE_COMPILE_CACHE: place.path('compile-cache') },
      command: [
        process.execPath,
        '--disable-warning=ExperimentalWarning',
        join(repository, 'runtime/daemon.ts'),
        '--config',
        config,
      ],
    },
    theirs: {
      socket: theirs,
      command: [
        'dockerd',
        '--host',
        `unix://${theirs}`,
        '--pidfile',
        place.path('docker.pid'),
        ...options,
        ...network,
      ],
    },
  };
}

function machine(): string {
  const [cpu] = cpus();
  const system =
    /^PRETTY_NAME="(.*)"$/m.exec(readFileSync('/etc/os-release', 'utf8'))?.[1] ?? 'unknown';
  const versions = [
    `Node.js ${process.version}`,
    execFileSync('runc', ['--version'], { encoding: 'utf8' }).split('\n')[0] ?? '',
    execFileSync('dockerd', ['--version'], { encoding: 'utf8' }).trim(),
    execFileSync('docker', ['--version'], { encoding: 'utf8' }).trim(),
  ];
  const memory = Math.round(totalmem() / 2 ** 30);
  return `${cpus().length} x ${cpu?.model ?? 'unknown'}, ${memory} GiB, Linux ${release()}, ${system}. ${versions.join('; ')}.`;
}

function table(results: readonly Result[]): string {
  const rows = results.map(({ name, unit, ours, theirs, limit }) => {
    const ratio = theirs ? ours.median / theirs.figures.median : NaN;
    const asked =
      'ratio' in limit
        ? Number.isFinite(limit.ratio)
          ? `ratio ${limit.ratio.toFixed(2)}`
          : ''
        : `${limit.most} ${unit}`;
    const met = 'ratio' in limit ? ratio <= limit.ratio : ours.median <= limit.most;
    return [
      name,
      `${ours.median.toFixed(1)} ${unit} (${ours.minimum.toFixed(1)} to ${ours.maximum.toFixed(1)}, n=${ours.count})`,
      theirs ? `${theirs.name}: ${theirs.figures.median.toFixed(1)} ${unit}` : '',
      theirs ? ratio.toFixed(2) : '',
      asked,
      asked === '' ? '' : met ? 'yes' : 'no',
    ];
  });
  const header = ['figure', 'berth, median', 'peer, median', 'ratio', 'asked, at most', 'met'];
  return [header, header.map(() => '---'), ...rows]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n');
}
