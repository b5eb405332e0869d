import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { programs, roomOf, rooms } from './rooms.ts';
import { importsOf, productCode, root } from './sources.ts';

const graph = new Map(productCode.map((file) => [file.path, importsOf(file)]));

/** Edges that the table of rooms does not have. */
function forbiddenArrows(): readonly string[] {
  return [...graph].flatMap(([path, imports]) => {
    if (programs.includes(path)) return [];
    const from = roomOf(path) ?? path;
    return imports.flatMap((target) => {
      const to = roomOf(target);
      const allowed = to === undefined || to === from || rooms[from]?.includes(to);
      return allowed ? [] : [`${path} -> ${target}`];
    });
  });
}

/** The first cycle that is reached from `start`, as a path; `done` grows by all that have none. */
function cycleFrom(
  start: string,
  done: Set<string>,
  trail: readonly string[] = [],
): string | undefined {
  if (done.has(start)) return undefined;
  const at = trail.indexOf(start);
  if (at >= 0) return [...trail.slice(at), start].join(' -> ');
  for (const next of graph.get(start) ?? []) {
    const cycle = cycleFrom(next, done, [...trail, start]);
    if (cycle !== undefined) {
      // One cycle is told once, however many files lead to it.
      done.add(start);
      return cycle;
    }
  }
  done.add(start);
  return undefined;
}

describe('imports', () => {
  test('go only where the table of rooms lets them', () => {
    expect(forbiddenArrows()).toEqual([]);
  });

  test('every room is in the table', () => {
    const missing = [...graph.keys()]
      .filter((path) => !programs.includes(path))
      .filter((path) => !Object.hasOwn(rooms, roomOf(path) ?? ''));
    expect(missing).toEqual([]);
  });

  test('the table itself has no way back up', () => {
    const order = Object.keys(rooms);
    const settled = new Set<string>();
    for (let left = order; left.length > 0;) {
      const free = left.filter((room) => rooms[room]?.every((below) => settled.has(below)));
      expect(free, `a cycle among ${left.join(', ')}`).not.toEqual([]);
      for (const room of free) settled.add(room);
      left = left.filter((room) => !settled.has(room));
    }
  });

  test('have no cycle between files, types included', () => {
    const done = new Set<string>();
    const cycles = [...graph.keys()].flatMap((path) => cycleFrom(path, done) ?? []);
    expect([...new Set(cycles)]).toEqual([]);
  });

  test('name files that are there', () => {
    const missing = [...graph].flatMap(([path, imports]) =>
      imports
        // Data (JSON) may be imported, too.
        .filter((target) => roomOf(target) !== undefined && !existsSync(join(root, target)))
        .map((target) => `${path} -> ${target}`),
    );
    expect(missing).toEqual([]);
  });
});
