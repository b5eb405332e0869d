import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { isAlive } from '../../../support/processes.ts';
import type { CrashPoint, Outcome } from './crash-point.ts';
import { faultsAfter } from './judge.ts';
import type { Recorded } from './judge.ts';
import { idsOf, remainsOf, shapeOf } from './remains.ts';
import { callsIn, tracedFromStart } from './tracer.ts';
import { viewOf } from './view.ts';
import { settled, until } from './wait.ts';
import type { World } from './world.ts';

const operation = {
  name: 'start-up',
  perform: () => Promise.reject(new Error('not asked for')),
};

/** Ends berthd, and leaves it all that it can find when it starts. */
async function prepare(world: World): Promise<void> {
  const pids: number[] = [];
  const ending: number[] = [];
  for (const Name of ['front', 'idle'])
    await world.client.must('POST', '/networks/create', { Name });
  for (const { name, end, ...more } of found) {
    const path = `/containers/create?name=${name}`;
    const { HostConfig = {}, ...config } = more;
    const wanted = { Image: 'bb', Cmd: ['sleep', '1000'], ...config };
    await world.client.must('POST', path, {
      ...wanted,
      HostConfig: { NetworkMode: 'none', ...HostConfig },
    });
    await world.client.must('POST', `/containers/${name}/start`);
    const { State } = await world.client.get<{ State: { Pid: number } }>(
      `/containers/${name}/json`,
    );
    const monitor = parentOf(State.Pid);
    if (end === 'with monitor') pids.push(monitor);
    if (end !== 'none') pids.push(State.Pid);
    if (end !== 'none') ending.push(monitor, State.Pid);
  }
  await world.berthd.end('SIGKILL');
  pids.forEach((pid) => process.kill(pid, 'SIGKILL'));
  await until(
    () => ending.filter(isAlive),
    (alive) => alive.length === 0,
  );
  leaveHalves(world);
}

function publishing(port: number): object {
  return { PortBindings: { '80/tcp': [{ HostPort: `${port}` }] } };
}

const found: readonly {
  readonly name: string;
  /** What ends while there is no berthd. */
  readonly end: 'program' | 'with monitor' | 'none';
  readonly HostConfig?: object;
  readonly Volumes?: object;
}[] = [
  { name: 'kept', end: 'none', HostConfig: { NetworkMode: 'front', ...publishing(8080) } },
  { name: 'plain', end: 'program', Volumes: { '/data': {} } },
  { name: 'lost', end: 'with monitor', HostConfig: { NetworkMode: 'bridge', ...publishing(8081) } },
  {
    name: 'again',
    end: 'program',
    HostConfig: {
      ...{ RestartPolicy: { Name: 'always' }, NetworkMode: 'front', ...publishing(8082) },
    },
  },
  { name: 'brief', end: 'program', HostConfig: { AutoRemove: true }, Volumes: { '/data': {} } },
];

/** What a berthd leaves that is killed while it makes a container, a volume, and writes a record. */
function leaveHalves({ dataFolder }: World): void {
  const folder = join(dataFolder, 'containers', 'ab'.repeat(32));
  for (const name of ['upper', 'work']) mkdirSync(join(folder, name), { recursive: true });
  symlinkSync(`../../snapshots/${'cd'.repeat(32)}`, join(folder, 'lower'));
  mkdirSync(join(dataFolder, 'volumes/.new-half/_data'), { recursive: true });
  writeFileSync(join(folder, 'container.json.1-1.tmp'), '{');
}

function parentOf(pid: number): number {
  return Number(/^PPid:\t(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}

/** Starts berthd on all that without killing it. */
export async function recordStart(
  world: World,
): Promise<{ readonly recorded: Recorded; readonly points: readonly CrashPoint[] }> {
  const empty = await settled(() => remainsOf(world));
  await prepare(world);
  const log = join(world.berthd.root, 'calls');
  await world.start(tracedFromStart(log));
  const shape = shapeOf(await settled(() => remainsOf(world)));
  const calls = callsIn(log);
  const after = await settled(() => viewOf(world, operation));
  await world.startAgain();
  await world.clear();
  const recorded = { empty, before: after, after, shapeBefore: shape, shapeAfter: shape };
  // Threads have not been told apart: the first one that comes so far is killed.
  const first = new Map(calls.map((call) => [`${call.name} ${call.count}`, call]));
  return { recorded, points: [...first.values()].map((call) => ({ role: 'main', call })) };
}

/** Kills berthd while it starts. */
export async function crashInStart(
  world: World,
  recorded: Recorded,
  { call }: CrashPoint,
): Promise<Outcome> {
  await prepare(world);
  const ids = idsOf(world);
  const log = join(world.berthd.root, 'calls');
  await world.start(tracedFromStart(log, call)).catch(() => undefined);
  // What it starts for policies comes after it has said that it is ready.
  if (world.berthd.isRunning) await settled(() => remainsOf(world));
  const killed = (await world.client.call('GET', '/_ping')).status === 0;
  await world.berthd.end('SIGKILL');
  // What berthd has promised is that it starts, and finds all.
  const answer = { status: 200, body: '' };
  const crash = { operation, recorded, answer, ids };
  return { killed, faults: await faultsAfter(world, crash) };
}
