import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { cpioArchive, folderMode, programMode } from './cpio.ts';
import { removeTree } from '../../support/remove-tree.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'berth-cpio-'));
});
afterEach(() => {
  removeTree(folder);
});

test("busybox's cpio unpacks what was packed", () => {
  const archive = cpioArchive([
    { path: 'bin', mode: folderMode },
    { path: 'bin/odd', mode: programMode, content: Buffer.from('seven b') },
    { path: 'init', mode: programMode, content: Buffer.from('#!/bin/sh\n') },
  ]);
  execFileSync('busybox', ['cpio', '-i'], { cwd: folder, input: archive, stdio: 'pipe' });
  expect(readFileSync(join(folder, 'bin/odd'), 'utf8')).toBe('seven b');
  expect(readFileSync(join(folder, 'init'), 'utf8')).toBe('#!/bin/sh\n');
  expect(statSync(join(folder, 'init')).mode).toBe(programMode);
});
