import { join } from 'node:path';

import { isSuccess } from './api-client.ts';
import { faultsAfter } from './judge.ts';
import type { Recorded } from './judge.ts';
import type { Operation } from './operation.ts';
import { idsOf, remainsOf, shapeOf } from './remains.ts';
import { dice, oneOf } from './selection.ts';
import { callsIn, roleOf, tracedFromStart, Tracer } from './tracer.ts';
import type { Call, ThreadRole } from './tracer.ts';
import { viewOf } from './view.ts';
import { settled } from './wait.ts';
import type { World } from './world.ts';

/** A call of a thread of berthd's. */
export interface CrashPoint {
  readonly role: ThreadRole;
  readonly call: Call;
}

/** What was seen of one crash. */
export interface Outcome {
  /** Whether berthd came to the call: now and then it does some things in another order, or together. */
  readonly killed: boolean;
  /** The call that the next berthd was killed before, while it found what the first one had left. */
  readonly again?: string;
  readonly faults: readonly string[];
}

/** Does an operation without killing anybody. */
export async function recordOperation(
  world: World,
  operation: Operation,
): Promise<{ readonly recorded: Recorded; readonly points: readonly CrashPoint[] }> {
  const { client, archives, berthd } = world;
  const empty = await settled(() => remainsOf(world));
  // What berthd makes once, such as the rules of the firewall, is there for all crashes.
  if (operation.claims === true) await once(world, operation);
  await sameBeginning(world, operation);
  await operation.prepare?.(client, archives);
  const before = await viewOf(world, operation);
  const shapeBefore = shapeOf(await settled(() => remainsOf(world)));
  const log = join(berthd.root, 'calls');
  const tracer = await Tracer.record(berthd.pid, log);
  const answer = await operation.perform(client, archives, berthd);
  const shapeAfter = shapeOf(await settled(() => remainsOf(world)));
  await tracer.detach();
  const points = callsIn(log).map((call) => ({ role: roleOf(berthd.pid, call.thread), call }));
  if (!isSuccess(answer)) throw new Error(`${operation.name}: ${answer.status} ${answer.body}`);
  const after = await viewOf(world, operation);
  await world.clear();
  return { recorded: { empty, before, after, shapeBefore, shapeAfter }, points };
}

async function once(world: World, operation: Operation): Promise<void> {
  await operation.prepare?.(world.client, world.archives);
  await operation.perform(world.client, world.archives, world.berthd);
  await world.clear();
}

/** What berthd remembers of networks that it has made is no part of what is looked at. */
async function sameBeginning(world: World, { claims }: Operation): Promise<void> {
  if (claims === true) await world.startAgain();
}

/** Does an operation, and kills berthd when it is about to make a call. */
export async function crashUnder(
  world: World,
  { operation, recorded }: { readonly operation: Operation; readonly recorded: Recorded },
  { role, call }: CrashPoint,
): Promise<Outcome> {
  const { client, archives, berthd } = world;
  await sameBeginning(world, operation);
  await operation.prepare?.(client, archives);
  const before = idsOf(world);
  const tracer = await Tracer.killAt(berthd.pid, role, call);
  const answer = await operation.perform(client, archives, berthd);
  // Berthd has still to do after some answers.
  await settled(() => remainsOf(world, 'without rules'));
  await tracer.detach();
  const killed = (await client.call('GET', '/_ping')).status === 0;
  if (!killed) {
    await world.clear();
    return { killed, faults: [] };
  }
  await berthd.ended();
  const ids = [...new Set([...before, ...idsOf(world)])];
  const crash = { operation, recorded, answer, ids };
  // It takes a third of the time of all the rest.
  const again = dice.number() < 1 / 3 ? await killWhileItStarts(world) : undefined;
  return {
    ...{ killed, faults: await faultsAfter(world, crash) },
    ...(again === undefined ? {} : { again }),
  };
}

/** What a berthd does while it finds what is there: so many calls of a name, or fewer. */
const inStart: readonly (readonly [name: string, most: number])[] = [
  ['rename', 4],
  ['unlink', 6],
  ['fsync', 4],
  ['mkdir', 6],
  ['rmdir', 6],
  ['write', 24],
];

/** Kills the next berthd, too: before one of these calls, or at the latest when it is ready and goes on with what is left to do. */
async function killWhileItStarts(world: World): Promise<string> {
  const [name, most] = oneOf(inStart);
  const call = { name, count: 1 + Math.floor(dice.number() * most) };
  await world.start(tracedFromStart('/dev/null', call)).catch(() => undefined);
  const shown = world.berthd.isRunning ? 'ready' : `${name} ${call.count}`;
  await world.berthd.end('SIGKILL');
  return shown;
}
