import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import type { CrashPoint, Outcome } from './crash-point.ts';
import { faultsAfter } from './judge.ts';
import type { Recorded } from './judge.ts';
import { run } from './operation.ts';
import type { Operation } from './operation.ts';
import { onBridge, runIt } from './published.ts';
import { idsOf, remainsOf, shapeOf } from './remains.ts';
import { callsIn, roleOf, Tracer } from './tracer.ts';
import { viewOf } from './view.ts';
import { settled } from './wait.ts';
import type { World } from './world.ts';

/** What Node.js keeps for its next start is nothing of berthd's. */
const compileCache = process.env['NODE_COMPILE_CACHE'] ?? '/compile-cache/';

/** Nobody asks for it over the API: it is no operation that can be done a second time. */
const operation: Operation = {
  name: 'end of berthd',
  perform: () => Promise.reject(new Error('not asked for')),
};

/** What goes on without berthd: a container with ports, one with probes and a policy, and an exec. */
async function prepare(world: World): Promise<void> {
  const { client } = world;
  // With the same addresses each time: those of the last one's containers are free when all of them is gone.
  await settled(() => remainsOf(world));
  await world.startAgain();
  await runIt(client, onBridge);
  await run(client, 'probed', {
    Healthcheck: { Test: ['CMD', 'true'], Interval: 50_000_000, Timeout: 10_000_000_000 },
    HostConfig: { NetworkMode: 'none', RestartPolicy: { Name: 'always' } },
  });
  const exec = await client.must('POST', '/containers/web/exec', { Cmd: ['sleep', '1000'] });
  const { Id } = JSON.parse(exec.body) as { Id: string };
  await client.must('POST', `/exec/${Id}/start`, { Detach: true });
}

/** Ends berthd as a service manager does, and starts it again. */
export async function recordEnd(
  world: World,
): Promise<{ readonly recorded: Recorded; readonly points: readonly CrashPoint[] }> {
  const { berthd } = world;
  const empty = await settled(() => remainsOf(world));
  await prepare(world);
  const log = join(berthd.root, 'calls');
  const { pid } = berthd;
  const tracer = await Tracer.record(pid, log);
  // Its threads cannot be told apart when they are gone.
  const threads = readdirSync(`/proc/${pid}/task`).map(Number);
  const roles = new Map(threads.map((thread) => [thread, roleOf(pid, thread)]));
  await berthd.end('SIGTERM');
  await tracer.detach();
  const points = callsIn(log)
    .filter(({ shown }) => !shown.includes(compileCache))
    .map((call) => ({ role: roles.get(call.thread) ?? 'other', call }));
  await world.start();
  const after = await settled(() => viewOf(world, operation));
  const shape = shapeOf(await settled(() => remainsOf(world)));
  await world.clear();
  const recorded = { empty, before: after, after, shapeBefore: shape, shapeAfter: shape };
  return { recorded, points };
}

/** Kills berthd while it ends. */
export async function crashInEnd(
  world: World,
  recorded: Recorded,
  { role, call }: CrashPoint,
): Promise<Outcome> {
  const { berthd } = world;
  await prepare(world);
  const ids = idsOf(world);
  const tracer = await Tracer.killAt(berthd.pid, role, call);
  await berthd.end('SIGTERM');
  await tracer.detach();
  const killed = berthd.wasKilled;
  // All goes on, whatever way it ended.
  const crash = { operation, recorded, answer: { status: 200, body: '' }, ids };
  return { killed, faults: await faultsAfter(world, crash) };
}
