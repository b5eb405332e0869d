import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { rooms } from './rooms.ts';
import { root, sources } from './sources.ts';

const mostLines = 400;
const allCode = sources('*.ts', '{runtime,scripts,checks,templates,messages,test}/**/*.ts');

describe('files', () => {
  test(`have at most ${mostLines} lines, tables of data aside`, () => {
    const long = allCode
      .filter(({ path }) => !path.startsWith('runtime/syscall/tables/'))
      .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
      .filter(({ lines }) => lines > mostLines);
    expect(long).toEqual([]);
  });

  test('are named in kebab-case, a check by its id', () => {
    const others = allCode
      // Tables are named as the kernel names the processor.
      .filter(({ path }) => !path.startsWith('runtime/syscall/tables/'))
      .filter(({ path }) => !/^([a-z0-9-]+\/)*[a-z0-9-]+(\.[a-z0-9-]+)*\.ts$/.test(path));
    expect(others.map(({ path }) => path)).toEqual([]);
  });

  test('every room has a README.md', () => {
    const inUse = Object.keys(rooms).filter(
      (room) => globSync(`${room}/**/*.ts`, { cwd: root }).length > 0,
    );
    const missing = inUse.filter((room) => !existsSync(join(root, room, 'README.md')));
    expect(missing).toEqual([]);
  });
});

describe('suppressions', () => {
  const lines = allCode.flatMap(({ path, text }) =>
    text.split('\n').map((line, index) => ({ where: `${path}:${index + 1}`, line })),
  );
  const linter = new RegExp(['eslint', 'disable'].join('-'));
  const compiler = /(?:\/\/|\*)\s*@ts-(?:ignore|expect-error|nocheck)\b/;

  test('of the linter carry their reason after two dashes', () => {
    const silent = lines.filter(({ line }) => linter.test(line) && !/ -- \S+ \S+/.test(line));
    expect(silent).toEqual([]);
  });

  test('of the compiler carry their reason', () => {
    const silent = lines.filter(
      ({ line }) => compiler.test(line) && !/@ts-expect-error[ :-]+\S+ \S+/.test(line),
    );
    expect(silent).toEqual([]);
  });
});
