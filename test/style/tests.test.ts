import { globSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { root, sources } from './sources.ts';

const tests = sources('test/**/*.test.ts');
// What `npm test` runs, and what needs more than a test machine has and is run by itself.
const configurations = sources('vitest*.config.ts');

describe('tests', () => {
  test('belong to a project, so that none is left out', () => {
    const projects = configurations
      .flatMap(({ text }) => [...text.matchAll(/folder\('([a-z]+)'|'test\/([a-z]+)\/\*\*/g)])
      .map(([, called, included]) => called ?? included);
    expect(projects).not.toEqual([]);
    const strays = tests.filter(({ path }) => !projects.includes(path.split('/')[1]));
    expect(strays.map(({ path }) => path)).toEqual([]);
  });

  test('have the ending that the projects look for', () => {
    const others = globSync('test/**/*.{spec,tests}.ts', { cwd: root });
    expect(others).toEqual([]);
  });

  test('are not skipped or singled out', () => {
    // A skip with a condition (skipIf) says why; one without has been forgotten.
    const marks = /\b(?:test|it|describe)\.(?:only|skip|todo)\(/;
    expect(tests.filter(({ text }) => marks.test(text)).map(({ path }) => path)).toEqual([]);
  });

  test('do not sleep: they wait for what they can observe', () => {
    const sleeps = /setTimeout\([^,()]*(resolve|done)\w*,|timers\/promises/;
    expect(tests.filter(({ text }) => sleeps.test(text)).map(({ path }) => path)).toEqual([]);
  });
});
