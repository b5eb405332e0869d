import { mkdtempSync, readFileSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';

import { openScratchFile, writeAt } from '../../../runtime/host/scratch-file.ts';
import { AT_FDCWD, O_CREAT, O_WRONLY } from '../../../runtime/syscall/constants/fs.ts';
import { errnoNumber } from '../../../runtime/syscall/errno.ts';
import { Launcher } from '../../../runtime/syscall/launcher.ts';
import { ImageAddress, ProgramImage } from '../../../runtime/syscall/program-image.ts';
import { runImage } from '../../../runtime/syscall/run-image.ts';
import type { ImageFailure } from '../../../runtime/syscall/run-image.ts';
import { removeTree } from '../../support/remove-tree.ts';

let launcher: Launcher;
let root: string;
beforeAll(async () => {
  launcher = await Launcher.start();
});
afterAll(() => launcher.stop());
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'berth-test-'));
  onTestFinished(() => {
    removeTree(root);
  });
});

const newImage = (): ProgramImage =>
  new ProgramImage({ maxSteps: 50, dataBytes: 10_000, windowBytes: 100_000 });

/** Runs an image from the second place of a scratch file, with something in its window. */
async function run(
  image: ProgramImage,
  inWindow = Buffer.alloc(0),
): Promise<ImageFailure | undefined> {
  const scratch = openScratchFile();
  try {
    const offset = image.sizeBytes;
    writeAt(scratch.fd, inWindow, offset + image.windowStart);
    for (const part of image.parts()) writeAt(scratch.fd, part.bytes, offset + part.offset);
    const { path: file } = scratch;
    const { sizeBytes } = image;
    return await runImage(launcher, {
      name: 'test',
      file,
      offset,
      sizeBytes,
      root,
      timeoutMs: 10_000,
    });
  } finally {
    scratch.close();
  }
}

describe('an image', () => {
  test('does its calls in the root, with results and bytes of the window as arguments', async () => {
    const image = newImage();
    const fd = image.result(0);
    const path = image.string('/made');
    image.call('openat', [AT_FDCWD, path, O_WRONLY | O_CREAT, 0o666], { result: fd });
    image.call('pwrite64', [fd, new ImageAddress(image.windowStart + 7), 5, 2 ** 33]);
    image.call('pwrite64', [fd, image.bytes(Buffer.from('data')), 4, 0]);
    image.call('ftruncate', [fd, 10]);
    expect(await run(image, Buffer.from('window hello'))).toBeUndefined();
    expect(readFileSync(join(root, 'made'), 'latin1')).toBe('data\0\0\0\0\0\0');
    // The umask is 0.
    expect(statSync(join(root, 'made')).mode & 0o777).toBe(0o666);
  });

  test('tells which step failed, and does none after it', async () => {
    const image = newImage();
    image.call('mkdirat', [AT_FDCWD, image.string('a'), 0o700]);
    const step = image.position;
    image.call('mkdirat', [AT_FDCWD, image.string('missing/b'), 0o700]);
    image.call('mkdirat', [AT_FDCWD, image.string('c'), 0o700]);
    expect(await run(image)).toEqual({ step, errno: errnoNumber('ENOENT') });
    expect(() => statSync(join(root, 'c'))).toThrow('ENOENT');
    expect(statSync(join(root, 'a')).isDirectory()).toBe(true);
  });

  test('goes on after an error where that is allowed, and skips steps by what came of others', async () => {
    const image = newImage();
    const result = image.result(1);
    image.call('mkdirat', [AT_FDCWD, image.string('no/a'), 0o700], { result, onError: 'next' });
    image.skipIfEqual(result, -errnoNumber('ENOENT'), 1);
    image.fail(1);
    image.skipIfEqual(result, 0, 1);
    image.call('mkdirat', [AT_FDCWD, image.string('b'), 0o700]);
    const step = image.position;
    image.fail(errnoNumber('EDOM'));
    expect(await run(image)).toEqual({ step, errno: errnoNumber('EDOM') });
    expect(statSync(join(root, 'b')).isDirectory()).toBe(true);
  });

  test('passes numbers of more than 31 bits on', async () => {
    const image = newImage();
    // A sparse file of 5 GiB, owned by the last id that there is but one.
    const path = image.string('large');
    image.call('mknodat', [AT_FDCWD, path, 0o100600, 0]);
    image.call('truncate', [path, 5 * 2 ** 30]);
    image.call('fchownat', [AT_FDCWD, path, 2 ** 32 - 3, 2 ** 31, 0]);
    expect(await run(image)).toBeUndefined();
    const { size, uid, gid } = statSync(join(root, 'large'));
    expect({ size, uid, gid }).toEqual({ size: 5 * 2 ** 30, uid: 2 ** 32 - 3, gid: 2 ** 31 });
  });

  test('can be made again and again, and says when it is full', async () => {
    const image = newImage();
    for (const name of ['one', 'two']) {
      image.clear();
      expect(image.hasRoom(49, 9000)).toBe(true);
      image.call('mkdirat', [AT_FDCWD, image.string(name), 0o700]);
      expect(image.hasRoom(49, 0)).toBe(false);
      expect(image.hasRoom(1, 9930)).toBe(false);
      expect(await run(image)).toBeUndefined();
      expect(statSync(join(root, name)).isDirectory()).toBe(true);
    }
  });

  test('knows no call that the kernel does not have', () => {
    expect(() => {
      newImage().call('make-coffee', []);
    }).toThrow('no system call "make-coffee"');
  });
});
