import { join } from 'node:path';

import { isSuccess } from '../api-client.ts';
import type { Answer } from '../api-client.ts';
import type { CrashPoint, Outcome } from '../crash-point.ts';
import { faultsAfter } from '../judge.ts';
import type { Recorded } from '../judge.ts';
import type { Operation } from '../operation.ts';
import { idsOf, remainsOf, shapeOf } from '../remains.ts';
import { callsIn, roleOf, Tracer } from '../tracer.ts';
import { viewOf } from '../view.ts';
import { settled, until } from '../wait.ts';
import type { World } from '../world.ts';
import type { Cut } from './disk.ts';
import type { Machine } from './machine.ts';

/** When the power goes: as soon as the client has its answer, or when berthd is about to make a call. */
export type Moment = 'answered' | CrashPoint;

/** What is there after a power cut before an operation, and after it, when all had reached the disk by then. */
export async function recordPowerCut(
  machine: Machine,
  operation: Operation,
): Promise<{ readonly recorded: Recorded; readonly points: readonly CrashPoint[] }> {
  const { client, archives, berthd } = machine.world;
  await machine.restore();
  const empty = await settled(() => remainsOf(machine.world));
  await operation.prepare?.(client, archives);
  const [before, shapeBefore] = await seenAfterCut(machine, operation);
  // What did not happen before the cut is done on what is there after it: nothing runs, but for what policies want.
  await operation.perform(client, archives, berthd);
  const afterAgain = await settled(() => viewOf(machine.world, operation));
  await machine.restore();
  await operation.prepare?.(client, archives);
  const log = join(berthd.root, 'calls');
  const tracer = await Tracer.record(berthd.pid, log);
  const answer = await operation.perform(client, archives, berthd);
  await settled(() => remainsOf(machine.world));
  await tracer.detach();
  const points = callsIn(log).map((call) => ({ role: roleOf(berthd.pid, call.thread), call }));
  if (!isSuccess(answer)) throw new Error(`${operation.name}: ${answer.status} ${answer.body}`);
  const [after, shapeAfter] = await seenAfterCut(machine, operation);
  const shapes = { shapeBefore, shapeAfter, layersMayBeLost: true } as const;
  return { recorded: { empty, before, after, afterAgain, ...shapes }, points };
}

async function seenAfterCut(
  machine: Machine,
  operation: Operation,
): Promise<readonly [view: readonly string[], shape: readonly string[]]> {
  const { world } = machine;
  await machine.cutWhenSynced();
  await world.start();
  const look = (): Promise<readonly string[]> => viewOf(world, operation);
  // What policies want is started after berthd has said that it is ready.
  await until(look, (view) => !view.join().includes(' restarting '));
  const view = await settled(look);
  return [view, shapeOf(await settled(() => remainsOf(world)))];
}

/** Does an operation, and cuts the power. */
export async function cutUnder(
  machine: Machine,
  { operation, recorded }: { readonly operation: Operation; readonly recorded: Recorded },
  { moment, cut }: { readonly moment: Moment; readonly cut: Cut },
): Promise<Outcome> {
  const { world } = machine;
  const { client, archives, berthd } = world;
  await machine.restore();
  await operation.prepare?.(client, archives);
  const before = idsOf(world);
  const tracer =
    moment === 'answered' ? undefined : await Tracer.killAt(berthd.pid, moment.role, moment.call);
  const answer = await operation.perform(client, archives, berthd);
  if (tracer !== undefined) await settledOrEnded(world);
  const killed = tracer === undefined || !(await answers(world));
  if (killed) await machine.cut(cut);
  await tracer?.detach();
  // It did things in another order, and lives.
  if (!killed) return { killed, faults: [] };
  const ids = [...new Set([...before, ...idsOf(world)])];
  const steps = operation.steps ?? operation.goesOn;
  const judged = { ...operation, ...(steps && { steps }) };
  const told = operation.unsynced === true ? unanswered : answer;
  const crash = { operation: judged, recorded, answer: told, ids };
  return { killed, faults: await faultsAfter(world, crash) };
}

/** As if nobody had been told that it has happened. */
const unanswered: Answer = { status: 0, body: '' };

/** Berthd has still to do after some answers. */
async function settledOrEnded(world: World): Promise<void> {
  if (await answers(world)) await settled(() => remainsOf(world));
}

async function answers({ client }: World): Promise<boolean> {
  return (await client.call('GET', '/_ping')).status !== 0;
}
