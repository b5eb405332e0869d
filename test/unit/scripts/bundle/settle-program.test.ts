import { execFileSync } from 'node:child_process';
import { copyFile, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readElf, segmentTypes } from '../../../../scripts/bundle/elf/read-elf.ts';
import { settleProgram } from '../../../../scripts/bundle/elf/settle-program.ts';
import { libraryFoldersIn } from '../../../../scripts/bundle/own-runtime.ts';
import { runtimeFiles } from '../../../../scripts/bundle/runtime-files.ts';
import { ownArchitecture } from '../../../../scripts/bundle/architecture.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'berth-elf-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const home = { interpreter: '/opt/berth/1.2.3/lib/ld.so', libraries: '/opt/berth/1.2.3/lib' };

describe('readElf', () => {
  test('reads what the Node.js that runs this is linked with', async () => {
    const elf = readElf(await readFile(process.execPath), 'node');
    expect(elf.interpreter).toMatch(/^\/lib.*\/ld-linux/);
    expect(elf.needed).toContain('libc.so.6');
    expect(elf.needed).toContain('libstdc++.so.6');
  });

  test.each([
    ['nothing', Buffer.alloc(0)],
    ['a script', Buffer.from(`#!/bin/sh\n${' '.repeat(100)}`)],
    ['32 bits', Buffer.concat([Buffer.from([0x7f, 0x45, 0x4c, 0x46, 1, 1]), Buffer.alloc(100)])],
  ])('refuses %s', (_what, bytes) => {
    expect(() => readElf(bytes, 'x')).toThrow(
      expect.objectContaining({ code: 'BUNDLE_INPUT_INVALID' }) as Error,
    );
  });
});

describe('settleProgram', () => {
  test('sets loader and library path, keeps segments in order, and loses the symbols', async () => {
    const before = await readFile(process.execPath);
    const bytes = settleProgram(before, 'node', home);
    const elf = readElf(bytes, 'node');
    expect(elf.interpreter).toBe(home.interpreter);
    expect(elf.needed).toEqual(readElf(before, 'node').needed);
    const loads = elf.segments.filter(({ type }) => type === segmentTypes.load);
    expect(loads.map(({ address }) => address)).toEqual(
      loads.map(({ address }) => address).toSorted((a, b) => a - b),
    );
    for (const { address, offset, alignment } of loads) {
      expect(address % alignment).toBe(offset % alignment);
    }
    expect(bytes.length).toBeLessThan(before.length);
  });

  test('makes a program that starts with the libraries beside it, and is what /proc says it is', async () => {
    const arch = ownArchitecture();
    const files = await runtimeFiles({
      arch,
      node: process.execPath,
      libraryFolders: libraryFoldersIn('/', arch),
      home: folder,
    });
    for (const { path, content } of files) {
      await mkdir(join(folder, path, '..'), { recursive: true });
      await writeFile(join(folder, path), content as Buffer, { mode: 0o755 });
    }
    const script =
      "process.stdout.write(JSON.stringify([process.execPath, require('fs').readFileSync('/proc/self/maps', 'utf8')]))";
    const node = join(folder, 'bin/node');
    const [execPath, maps] = JSON.parse(
      execFileSync(node, ['-e', script], { encoding: 'utf8' }),
    ) as [string, string];
    expect(execPath).toBe(node);
    const mapped = [...maps.matchAll(/\S*\.so\S*/g)].map(([path]) => path);
    expect(mapped.length).toBeGreaterThan(0);
    expect(mapped.filter((path) => !path.startsWith(join(folder, 'lib')))).toEqual([]);
  });

  test('refuses a program without a loader, and one that is settled already', async () => {
    await copyFile('/bin/busybox', join(folder, 'busybox'));
    const programs: Buffer[] = [await readFile(join(folder, 'busybox'))];
    programs.push(settleProgram(await readFile(process.execPath), 'node', home));
    for (const program of programs) {
      expect(() => settleProgram(program, 'it', home)).toThrow(/"it" has no room for a loader/);
    }
  });
});
