import { fileURLToPath } from 'node:url';
import {
  makePrivateHost,
  type PrivateHost,
} from '../../integration/scripts/support/private-host.ts';
import type { BenchSetup } from '../groups.ts';
import { figuresOf, timed } from '../median.ts';
import { noLimit, type Result } from '../report.ts';

/** What `npm run up` runs. */
const berth = fileURLToPath(new URL('../../../scripts/berth.sh', import.meta.url));

/** What the issue asks for a second `up`, in milliseconds. */
const mostMs = 2000;

/** `berth up` on a host of its own, whose kernel and processors are this machine's: the first time, and when all is there. */
export async function upFigures({ take, rounds = 5 }: BenchSetup): Promise<void> {
  await take('up', () => firstAndSecond(rounds));
}

async function firstAndSecond(rounds: number): Promise<readonly Result[]> {
  const first: number[] = [];
  const second: number[] = [];
  let changed = 0;
  for (let round = 0; round < rounds; round += 1) {
    const host = await makePrivateHost();
    try {
      first.push(await timed(() => up(host).then(() => undefined)));
      second.push(
        await timed(async () => {
          if (!(await up(host)).includes('Nothing to change')) changed += 1;
        }),
      );
      await host.berth('down', '--purge', '--yes');
    } finally {
      await host.remove();
    }
  }
  return [
    {
      name: 'berth up, from bare to hello-world',
      unit: 'ms',
      ours: figuresOf(first),
      limit: noLimit,
    },
    { name: 'a second berth up', unit: 'ms', ours: figuresOf(second), limit: { most: mostMs } },
    {
      name: 'a second berth up: rounds in which it changed something',
      unit: 'of them',
      ours: figuresOf([changed]),
      limit: { most: 0 },
    },
  ];
}

/** The machine's own IPv6 forwarding is not a benchmark's to switch. */
async function up(host: PrivateHost): Promise<string> {
  const skip = ['--skip', 'sysctl.forward=not a part of it'];
  const ended = await host.start(['sh', berth, 'up', ...skip]).ended;
  if (ended.exitCode !== 0) throw new Error(`berth up: ${ended.stderr}`);
  return ended.stdout;
}
