import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { readBundle } from '../../../runtime/oci/bundle.ts';
import { ContainerFolder } from '../../../runtime/oci/state/container-folder.ts';
import { stateText, type StoredState } from '../../../runtime/oci/state/stored-state.ts';
import { OciMachine } from './oci-machine.ts';
import { removeTree } from '../../support/remove-tree.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'berth-hostile-'));
});
afterEach(() => {
  removeTree(folder);
});

/** A bundle that somebody else has made. `stat` in runtime/oci/bundle.ts: without it the first three wait for ever. */
describe('a config', () => {
  const config = (): string => join(folder, 'config.json');

  it.each([
    ['a pipe that nobody writes to', () => execFileSync('mkfifo', [config()])],
    [
      'a link to a device without end',
      () => {
        symlinkSync('/dev/zero', config());
      },
    ],
    [
      'a link to a terminal',
      () => {
        symlinkSync('/dev/ptmx', config());
      },
    ],
    [
      'a folder',
      () => {
        mkdirSync(config());
      },
    ],
  ])('is refused at once when it is %s', async (_what, make) => {
    make();
    await expect(readBundle(folder)).rejects.toMatchObject({
      code: 'OCI_BUNDLE_INVALID',
      message: expect.stringContaining('is no regular file') as string,
    });
  });

  it.each([17 * 2 ** 20, 3 * 2 ** 30])('is refused unread when it has %i bytes', async (size) => {
    writeFileSync(config(), '{}');
    truncateSync(config(), size);
    await expect(readBundle(folder)).rejects.toMatchObject({
      code: 'OCI_BUNDLE_INVALID',
      message: expect.stringContaining(`has ${size} bytes, wanted at most`) as string,
    });
  });
});

/**
 * A --root in which others can make folders. What a state says is done with root's rights: processes are signalled, files of
 * the freezer written, cgroups removed. The defence is `refuseUnsafeFolder` (runtime/oci/state/safe-folder.ts).
 */
describe('a state of somebody else', () => {
  const other = 1000;
  const planted = (): ContainerFolder => {
    const container = new ContainerFolder({ root: folder }, 'c');
    mkdirSync(container.path, { mode: 0o700 });
    const state = {
      ...{ id: 'c', ociVersion: '1.2.1', bundle: '/', rootfs: '/', created: '', annotations: {} },
      phase: 'created' as const,
      process: { pid: 1, startTime: '0' },
      cgroup: { folders: [] },
      sharesPids: true,
      lateHooks: [],
    };
    writeFileSync(container.stateFile, stateText(state));
    return container;
  };

  it("is read while all of it is root's", async () => {
    expect(await planted().readState()).toMatchObject({ id: 'c' });
    chmodSync(folder, 0o1777);
    expect(await new ContainerFolder({ root: folder }, 'c').readState()).toMatchObject({ id: 'c' });
  });

  it.each([
    [
      'its folder belongs to another user',
      ({ path }: ContainerFolder) => {
        chownSync(path, other, other);
      },
    ],
    [
      'its folder can be written by anybody',
      ({ path }: ContainerFolder) => {
        chmodSync(path, 0o777);
      },
    ],
    [
      'the root belongs to another user',
      () => {
        chownSync(folder, other, other);
      },
    ],
    [
      'anybody could put another in its place',
      () => {
        chmodSync(folder, 0o777);
      },
    ],
    [
      'a group could put another in its place',
      () => {
        chownSync(folder, 0, other);
        chmodSync(folder, 0o770);
      },
    ],
    [
      'its folder is a link',
      ({ path }: ContainerFolder) => {
        removeTree(path);
        symlinkSync('/', path);
      },
    ],
  ])('is refused when %s', async (_what, spoil) => {
    const container = planted();
    spoil(container);
    await expect(container.readState()).rejects.toMatchObject({ code: 'OCI_ROOT_UNSAFE' });
    await expect(container.make({} as StoredState)).rejects.toMatchObject({
      code: 'OCI_ROOT_UNSAFE',
    });
  });
});

describe('berth oci', () => {
  let machine: OciMachine;
  beforeAll(() => {
    machine = new OciMachine();
  });
  afterAll(() => {
    machine.dispose();
  });

  it('neither writes what a planted state names nor removes its folder', () => {
    const id = machine.id();
    const [path, victim] = [join(machine.root, id), join(machine.folder, 'victim')];
    mkdirSync(path, { recursive: true });
    writeFileSync(victim, 'of the host');
    writeFileSync(join(path, 'state.json'), '{}');
    chownSync(path, 1000, 1000);
    for (const command of [['pause'], ['delete', '--force']]) {
      const { status, stderr } = machine.run(...command, id);
      expect({ status, stderr }).toEqual({
        status: 1,
        stderr: expect.stringContaining('belongs to the user 1000') as string,
      });
    }
    expect(readFileSync(victim, 'utf8')).toBe('of the host');
    expect(readFileSync(join(path, 'state.json'), 'utf8')).toBe('{}');
    removeTree(path);
  });

  it('runs a program whatever the image says of its user', () => {
    mkdirSync(join(machine.rootfs, 'etc'), { recursive: true });
    writeFileSync(join(machine.rootfs, 'etc/passwd'), 'root:x:0:0::/a\0b:/bin/sh\n');
    machine.config(['sh', '-c', 'echo $HOME']);
    expect(machine.ok('run', machine.id())).toBe('/\n');
  });
});
