import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Destinations, type Lookup } from '../../../runtime/launch/mounts/destinations.ts';
import { destinationDescriptor } from '../../../runtime/launch/mounts/host-descriptors.ts';
import type { Links, Make } from '../../../runtime/launch/mounts/path-walk.ts';
import { enterRoot, openHostRoot } from '../../../runtime/launch/root/root-file-system.ts';
import { CLONE_NEWNS } from '../../../runtime/syscall/constants/clone.ts';
import { AT_EMPTY_PATH, AT_FDCWD, O_PATH } from '../../../runtime/syscall/constants/fs.ts';
import { MS_BIND, MS_PRIVATE, MS_REC } from '../../../runtime/syscall/constants/mount.ts';
import { Launcher } from '../../../runtime/syscall/launcher.ts';
import { ProgramBuilder } from '../../../runtime/syscall/program-builder.ts';
import type { Ref } from '../../../runtime/syscall/program.ts';
import { decodeStat, statSize } from '../../../runtime/syscall/tree/stat.ts';
import { withoutOpenat2 } from './without-openat2.ts';
import { removeTree } from '../../support/remove-tree.ts';

let launcher: Launcher;
let folder: string;
beforeAll(async () => {
  launcher = await Launcher.start();
  folder = mkdtempSync(join(tmpdir(), 'berth-destinations-'));
});
afterAll(async () => {
  await launcher.stop();
  removeTree(folder);
});

const kernels = ['with openat2', 'told to walk', 'without openat2'] as const;

interface Question {
  readonly kernel: (typeof kernels)[number];
  readonly make?: Make;
  readonly links?: Links;
  /** Something to have in the root: the host's procfs on /proc. */
  readonly procfs?: boolean;
}

/** What a path leads to in a root, as `device:inode`; or the errno. */
async function lookUp(root: string, path: string, question: Question): Promise<string> {
  const { kernel, make = 'nothing', links = 'follow', procfs = false } = question;
  const p = new ProgramBuilder('look up');
  if (kernel === 'without openat2') withoutOpenat2(p);
  p.call('be alone', 'unshare', [CLONE_NEWNS]);
  p.call('be alone', 'mount', [0, p.string('/'), 0, MS_PRIVATE | MS_REC, 0]);
  if (procfs) p.call('bind', 'mount', [p.string('/proc'), p.string(`${root}/proc`), 0, MS_BIND, 0]);
  p.call('bind', 'mount', [p.string(root), p.string(root), 0, MS_BIND | MS_REC, 0]);
  enterRoot(p, openHostRoot(p), root);
  const lookup: Lookup = kernel === 'told to walk' ? 'walk' : 'openat2';
  const destinations = new Destinations(p, { lookup });
  destinations.open(path, { make, links });
  tellStatus(p, destinationDescriptor);
  destinations.finish();
  return answer(p);
}

function tellStatus(p: ProgramBuilder, descriptor: number | Ref): void {
  const status = p.reserve(statSize);
  p.call('look', 'newfstatat', [descriptor, p.string(''), status, AT_EMPTY_PATH]);
  p.reply(status, statSize);
}

async function answer(p: ProgramBuilder): Promise<string> {
  try {
    const { data } = await launcher.run(p);
    return decodeStat(data).identity;
  } catch (error) {
    return (error as { details: { errno: string } }).details.errno;
  }
}

/** The same of a path of the host. */
function identity(path: string): string {
  const { dev, ino } = statSync(path);
  return `${dev}:${ino}`;
}

/** A new folder with a root in it, and a file beside. */
function newRoot(): string {
  const outside = mkdtempSync(join(folder, 'root-'));
  writeFileSync(join(outside, 'secret'), '');
  const root = join(outside, 'root');
  mkdirSync(join(root, 'proc'), { recursive: true });
  return root;
}

/** A part of a random tree. */
interface Entry {
  readonly at: string;
  readonly what:
    | { readonly kind: 'folder' }
    | { readonly kind: 'file' }
    | { readonly kind: 'link'; readonly to: string };
}

const names = ['a', 'b', 'c'];
const step = fc.constantFrom(...names, '.', '..', '');
const path = fc.array(step, { minLength: 1, maxLength: 5 }).map((steps) => steps.join('/'));
const tree: fc.Arbitrary<readonly Entry[]> = fc.array(
  fc.record({
    at: fc
      .array(fc.constantFrom(...names), { minLength: 1, maxLength: 3 })
      .map((parts) => parts.join('/')),
    what: fc.oneof(
      fc.constant({ kind: 'folder' as const }),
      fc.constant({ kind: 'file' as const }),
      fc.record({
        kind: fc.constant('link' as const),
        to: fc.tuple(fc.constantFrom('/', '', '../../'), path).map((parts) => parts.join('')),
      }),
    ),
  }),
  { maxLength: 10 },
);

describe.each(kernels)('a destination, %s', (kernel) => {
  it.each([
    ['../secret', 'ENOENT'],
    ['/../../../secret', 'ENOENT'],
    ['link-up', 'ENOENT'],
    ['link-absolute', 'ENOENT'],
    ['loop/x', 'ELOOP'],
    ['file/x', 'ENOTDIR'],
    [`${'n'.repeat(256)}/x`, 'ENAMETOOLONG'],
    [`${'x/'.repeat(2100)}x`, 'ENAMETOOLONG'],
  ])('does not leave the root: %s', async (to, errno) => {
    const root = newRoot();
    symlinkSync('../../secret', join(root, 'link-up'));
    symlinkSync(join(root, '../secret'), join(root, 'link-absolute'));
    symlinkSync('loop', join(root, 'loop'));
    writeFileSync(join(root, 'file'), '');
    expect(await lookUp(root, to, { kernel })).toBe(errno);
  });

  it('is made where it is missing, inside, also behind links that lead to nothing', async () => {
    const root = newRoot();
    symlinkSync('/../../made/deep', join(root, 'dangling'));
    const found = await lookUp(root, '/dangling/x/y', { kernel, make: 'file' });
    expect(found).toBe(identity(join(root, 'made/deep/x/y')));
    expect(readdirSync(join(root, '..'))).toEqual(['root', 'secret']);
    await lookUp(root, 'folder/in/folder/', { kernel, make: 'folder' });
    expect(lstatSync(join(root, 'folder/in/folder')).mode & 0o7777).toBe(0o755);
  });

  it('is through no link where that is refused', async () => {
    const root = newRoot();
    mkdirSync(join(root, 'real/below'), { recursive: true });
    symlinkSync('real', join(root, 'link'));
    expect(await lookUp(root, '/link/below', { kernel, links: 'refuse', make: 'folder' })).toBe(
      'ELOOP',
    );
    expect(await lookUp(root, '/real/below', { kernel, links: 'refuse' })).toBe(
      identity(join(root, 'real/below')),
    );
  });

  it.each(['/proc/self/cwd', '/proc/self/root', '/proc/self/fd/196', '/proc/thread-self/cwd'])(
    'is not found through %s, but through links of procfs that are none to an object',
    async (magic) => {
      const root = newRoot();
      symlinkSync(magic, join(root, 'magic'));
      for (const make of ['nothing', 'folder'] as const) {
        expect(await lookUp(root, '/magic/tmp', { kernel, make, procfs: true })).toBe('ELOOP');
      }
      const mounts = await lookUp(root, '/proc/mounts', { kernel, procfs: true });
      expect(mounts).toMatch(/^\d+:\d+$/);
    },
  );

  it('is not made in /proc behind a link, while procfs is not there', async () => {
    const root = newRoot();
    symlinkSync('/proc/self/cwd', join(root, 'magic'));
    expect(await lookUp(root, '/magic/x', { kernel, make: 'folder' })).toBe('ELOOP');
    expect(readdirSync(join(root, 'proc'))).toEqual([]);
  });

  it('is what the kernel finds in a chroot, whatever links there are', async () => {
    await fc.assert(
      fc.asyncProperty(tree, path, async (entries, wanted) => {
        const root = newRoot();
        for (const entry of entries) plant(root, entry);
        const found = await lookUp(root, `/${wanted}`, { kernel });
        expect(found).toBe(await inChroot(root, `/${wanted}`));
      }),
      { numRuns: 25, seed: 42 },
    );
  });
});

/** The same, asked of the kernel in a chroot. */
async function inChroot(root: string, path: string): Promise<string> {
  const p = new ProgramBuilder('look in a chroot');
  p.call('change the root', 'chroot', [p.string(root)]);
  p.call('change the root', 'chdir', [p.string('/')]);
  const found = p.call('open', 'openat', [AT_FDCWD, p.string(path), O_PATH, 0]);
  tellStatus(p, found);
  return answer(p);
}

/** Puts something into a tree, through no link of it: those lead to the machine's own root here. */
function plant(root: string, { at, what }: Entry): void {
  const parts = at.split('/');
  let place = root;
  for (const [i, part] of parts.entries()) {
    place = join(place, part);
    const found = lstatSync(place, { throwIfNoEntry: false });
    if (i < parts.length - 1) {
      if (!found) mkdirSync(place);
      else if (!found.isDirectory()) return;
    } else if (!found) {
      if (what.kind === 'folder') mkdirSync(place);
      else if (what.kind === 'file') writeFileSync(place, '', { flag: 'wx' });
      else if (what.to !== '') symlinkSync(what.to, place);
    }
  }
}
