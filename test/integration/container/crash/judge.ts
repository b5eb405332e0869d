import { isDeepStrictEqual } from 'node:util';

import { isSuccess } from './api-client.ts';
import type { Answer } from './api-client.ts';
import type { Operation } from './operation.ts';
import { dice } from './selection.ts';
import { cgroupsOf, containedProcesses, remainsOf, shapeOf } from './remains.ts';
import { viewOf } from './view.ts';
import { settled, until } from './wait.ts';
import type { World } from './world.ts';

/** What an operation comes to when berthd lives. */
export interface Recorded {
  /** What is there without any of it. */
  readonly empty: readonly string[];
  /** What clients see. */
  readonly before: readonly string[];
  readonly after: readonly string[];
  /** What clients see when it is done a second time, where that is something else. */
  readonly afterAgain?: readonly string[];
  /** What is on the disk then. */
  readonly shapeBefore: readonly string[];
  readonly shapeAfter: readonly string[];
  /** Unpacked layers may be there or not: they reach the disk later, or are unpacked again (docs/decisions/0006). */
  readonly layersMayBeLost?: true;
}

/** What berthd was killed under. */
export interface Crash {
  readonly operation: Operation;
  readonly recorded: Recorded;
  /** What the client was told. */
  readonly answer: Answer;
  /** All containers that anything was there of. */
  readonly ids: readonly string[];
}

/** Starts berthd again, and looks at what it makes of what it finds. Gives all that is wrong, a text each. */
export async function faultsAfter(world: World, crash: Crash): Promise<readonly string[]> {
  try {
    return await lookAfter(world, crash);
  } catch (error) {
    const fault = `${String(error)}; berthd said: ${world.berthd.said}`;
    if (!world.berthd.isRunning) await world.start();
    return [fault, ...(await leftovers(world, crash))];
  }
}

async function lookAfter(world: World, crash: Crash): Promise<readonly string[]> {
  await world.start();
  await nothingPending(world);
  const view = await viewAfter(world, crash);
  const faults = [...faultsOfView(view, crash), ...problemsOf(world)];
  const found = await remainsAfter(world, crash, view);
  faults.push(...faultsOfRemains(found, crash, view));
  faults.push(...(await secondStart(world, crash, { view, found })));
  const { before, after } = crash.recorded;
  const isUndone = isDeepStrictEqual(view, before) && !isDeepStrictEqual(before, after);
  if (isUndone) faults.push(...(await secondTime(world, crash)));
  faults.push(...problemsOf(world), ...(await leftovers(world, crash)));
  // It takes as long as all the rest.
  if (crash.operation.claims === true && dice.number() < 0.25)
    faults.push(...(await fromTheBeginning(world, crash)));
  return faults;
}

/** Nothing that it claims is still somebody's. */
async function fromTheBeginning(world: World, crash: Crash): Promise<readonly string[]> {
  const { operation } = crash;
  await operation.prepare?.(world.client, world.archives);
  const { status, body } = await operation.perform(world.client, world.archives, world.berthd);
  const faults = isSuccess({ status, body }) ? [] : [`from the beginning: ${status} ${body}`];
  return [...faults, ...(await leftovers(world, crash))];
}

function allowedViews({ answer, recorded }: Crash): readonly (readonly string[])[] {
  return isSuccess(answer) ? [recorded.after] : [recorded.before, recorded.after];
}

/** Whether some of the steps alone may have been done. */
function mayBeBetween({ operation, answer }: Crash): boolean {
  return operation.steps === true && !isSuccess(answer);
}

async function viewAfter(world: World, crash: Crash): Promise<readonly string[]> {
  const look = (): Promise<readonly string[]> => viewOf(world, crash.operation);
  if (mayBeBetween(crash)) {
    await settled(() => remainsOf(world, 'without rules'));
    return settled(look);
  }
  return until(look, (view) => isOneOf(view, allowedViews(crash)));
}

/** Until what the last berthd has left to do is done. */
function nothingPending(world: World): Promise<unknown> {
  return until(
    () => remainsOf(world),
    (remains) => !remains.some((line) => line.endsWith(' pending')),
  );
}

function isOneOf(view: readonly string[], views: readonly (readonly string[])[]): boolean {
  return views.some((each) => isDeepStrictEqual(each, view));
}

function faultsOfView(view: readonly string[], crash: Crash): readonly string[] {
  if (mayBeBetween(crash) || isOneOf(view, allowedViews(crash))) return [];
  return [difference('clients see', view, crash.recorded.after)];
}

/** What may be on the disk; none: any of the steps was done. */
function allowedShapes(
  { operation, answer, recorded }: Crash,
  view: readonly string[],
): readonly (readonly string[])[] {
  const { before, after } = recorded;
  // What clients see says nothing of the steps then.
  if (operation.steps === true && !isSuccess(answer) && isDeepStrictEqual(before, after)) return [];
  const shapeBefore = comparable(recorded, recorded.shapeBefore);
  const shapeAfter = comparable(recorded, recorded.shapeAfter);
  return [
    ...(isDeepStrictEqual(view, after) ? [shapeAfter] : []),
    ...(isDeepStrictEqual(view, before) && !isSuccess(answer) ? [shapeBefore] : []),
  ];
}

/** Without what may be there or not: but each layer that is there is whole. */
function comparable({ layersMayBeLost }: Recorded, shape: readonly string[]): readonly string[] {
  if (layersMayBeLost !== true) return shape;
  const [folder, ...parts] = ['', 'durable', 'fs/', 'layer.json'].map(
    (part) => `data/snapshots/ID/${part}`,
  );
  const times = (wanted: string | undefined): number =>
    shape.filter((line) => line === wanted).length;
  const areWhole = parts.every((part) => times(part) === times(folder));
  return areWhole ? shape.filter((line) => !line.startsWith('data/snapshots/ID/')) : shape;
}

function remainsAfter(
  world: World,
  crash: Crash,
  view: readonly string[],
): Promise<readonly string[]> {
  const look = (): readonly string[] => remainsOf(world);
  const shapes = allowedShapes(crash, view);
  // What is not compared may still be on its way.
  const isAny = shapes.length === 0 || crash.recorded.layersMayBeLost === true;
  if (isAny) return settled(look);
  return until(look, (remains) => isOneOf(comparable(crash.recorded, shapeOf(remains)), shapes));
}

function faultsOfRemains(
  remains: readonly string[],
  crash: Crash,
  view: readonly string[],
): readonly string[] {
  const shapes = allowedShapes(crash, view);
  const [shape] = shapes;
  if (shape === undefined) return remains.filter((line) => /\.tmp |\.(?:new|old)-/.test(line));
  const found = comparable(crash.recorded, shapeOf(remains));
  return isOneOf(found, shapes) ? [] : [difference('there is', found, shape)];
}

/** It changes nothing. */
async function secondStart(
  world: World,
  { operation }: Crash,
  first: { readonly view: readonly string[]; readonly found: readonly string[] },
): Promise<readonly string[]> {
  await world.startAgain();
  const view = await until(
    () => viewOf(world, operation),
    (now) => isDeepStrictEqual(now, first.view),
  );
  const found = await until(
    () => remainsOf(world),
    (now) => isDeepStrictEqual(now, first.found),
  );
  const what = 'a second start changes';
  return [
    ...(isDeepStrictEqual(view, first.view) ? [] : [difference(what, view, first.view)]),
    ...(isDeepStrictEqual(found, first.found) ? [] : [difference(what, found, first.found)]),
  ];
}

/** What was not done can be done. */
async function secondTime(
  world: World,
  { operation, recorded }: Crash,
): Promise<readonly string[]> {
  const { client, archives, berthd } = world;
  const { status, body } = await operation.perform(client, archives, berthd);
  if (!isSuccess({ status, body })) return [`a second time: ${status} ${body}`];
  const wanted = recorded.afterAgain ?? recorded.after;
  const view = await until(
    () => viewOf(world, operation),
    (now) => isDeepStrictEqual(now, wanted),
  );
  if (isDeepStrictEqual(view, wanted)) return [];
  return [difference('a second time comes to', view, wanted)];
}

/** All can be removed, and then nothing is left of it. */
async function leftovers(world: World, { recorded, ids }: Crash): Promise<readonly string[]> {
  await world.clear();
  const left = await until(
    () => remainsOf(world),
    (now) => isDeepStrictEqual(now, recorded.empty),
  );
  const cgroups = await until(
    () => cgroupsOf(ids),
    (now) => now.length === 0,
  );
  const contained = await until(
    () => containedProcesses(world),
    (now) => now.length === 0,
  );
  const faults = [
    ...cgroups.map((path) => `cgroup ${path}`),
    ...contained.map((process) => `process ${process}`),
  ];
  if (isDeepStrictEqual(left, recorded.empty)) return faults;
  return [difference('left', left, recorded.empty), ...faults];
}

/** What berthd has warned of. */
function problemsOf({ berthd }: World): readonly string[] {
  return berthd.said.split('\n').filter((line) => /"level":[456]0/.test(line));
}

function difference(what: string, found: readonly string[], wanted: readonly string[]): string {
  const more = without(found, wanted).map((line) => `+ ${line}`);
  const less = without(wanted, found).map((line) => `- ${line}`);
  return `${what}: ${[...more, ...less].join('; ')}`;
}

/** The same line may be there several times. */
function without(lines: readonly string[], others: readonly string[]): readonly string[] {
  const rest = [...others];
  return lines.filter((line) => {
    const at = rest.indexOf(line);
    if (at !== -1) rest.splice(at, 1);
    return at === -1;
  });
}
