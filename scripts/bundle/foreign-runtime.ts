import { createHash } from 'node:crypto';
import { basename, delimiter, join } from 'node:path';
import { BerthError } from '../../runtime/errors/berth-error.ts';
import { exists, listFolder, mkdir, readFile, rename, rm } from '../../runtime/host/files.ts';
import { makeFolders } from '../../runtime/host/make-folders.ts';
import { bundleMessages as m } from '../../messages/areas/bundle.ts';
import { runChecked, runCommand } from '../host/commands.ts';
import { namesOf, type Architecture } from './architecture.ts';
import { readElf } from './elf/read-elf.ts';
import { libraryFoldersIn, type NodeRuntime } from './own-runtime.ts';
import { openPrivateApt } from './private-apt.ts';

/** Debian packages with the dynamic loader and all that Node.js is linked with. */
const libraryPackages = ['libc6', 'libstdc++6', 'libgcc-s1', 'libatomic1'];

/** QEMU's user emulation, where it is installed: with it the bundle's JavaScript can be compiled here too. */
const emulators: Readonly<Record<Architecture, string>> = {
  x64: 'qemu-x86_64-static',
  arm64: 'qemu-aarch64-static',
};

/**
 * Node.js for another processor than this host's: from npm, with the digest of package-lock.json, and with Debian's
 * libraries, signed as apt has it. Both are kept in the checkout's `.cache`.
 *
 * @throws BerthError COMMAND_FAILED, BUNDLE_INPUT_INVALID when what npm gives is not what package-lock.json names
 */
export async function foreignRuntime(root: string, arch: Architecture): Promise<NodeRuntime> {
  const cache = join(root, '.cache', 'bundle');
  await makeFolders(cache);
  const node = join(await nodePackage({ root, cache, arch }), 'bin', 'node');
  const libraryFolders = libraryFoldersIn(await debianLibraries(cache, arch), arch);
  const emulator = await findEmulator(arch);
  const { interpreter = '' } = readElf(await readFile(node), node);
  const loader = await firstWith(basename(interpreter), libraryFolders);
  const runner =
    emulator === undefined || loader === undefined
      ? undefined
      : [emulator, loader, '--library-path', libraryFolders.join(delimiter), node];
  return { node, libraryFolders, runner };
}

/** Appears whole: made under another name, then renamed. */
async function kept(folder: string, fill: (staging: string) => Promise<void>): Promise<string> {
  if (await exists(folder)) return folder;
  const staging = `${folder}.${process.pid}`;
  await mkdir(staging);
  try {
    await fill(staging);
    await rename(staging, folder);
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
  return folder;
}

interface LockFile {
  readonly packages: Readonly<
    Record<string, { readonly version: string; readonly integrity: string }>
  >;
}

async function nodePackage(from: {
  readonly root: string;
  readonly cache: string;
  readonly arch: Architecture;
}): Promise<string> {
  const name = namesOf(from.arch).nodePackage;
  const lock = JSON.parse(await readFile(join(from.root, 'package-lock.json'), 'utf8')) as LockFile;
  const { version = '', integrity = '' } = lock.packages[`node_modules/${name}`] ?? {};
  const folder = await kept(join(from.cache, `${name}-${version}`), async (staging) => {
    const target = ['--pack-destination', staging] as const;
    await runChecked(runCommand, ['npm', 'pack', `${name}@${version}`, '--silent', ...target]);
    const archive = join(staging, `${name}-${version}.tgz`);
    const digest = createHash('sha512')
      .update(await readFile(archive))
      .digest('base64');
    if (`sha512-${digest}` !== integrity) {
      throw new BerthError('BUNDLE_INPUT_INVALID', {
        message: m.otherDigest({
          name: `${name}@${version}`,
          found: `sha512-${digest}`,
          wanted: integrity,
        }),
        remedy: m.otherDigestRemedy(),
      });
    }
    const parts = ['package/bin/node', 'package/LICENSE'];
    await runChecked(runCommand, ['tar', '-xzf', archive, '-C', staging, ...parts]);
    await rm(archive);
  });
  return join(folder, 'package');
}

function debianLibraries(cache: string, arch: Architecture): Promise<string> {
  const architecture = namesOf(arch).debian;
  return kept(join(cache, `libraries-${architecture}`), async (staging) => {
    const folder = join(staging, 'apt');
    const { archives, ...apt } = await openPrivateApt(folder, { architecture, run: runCommand });
    const only = ['install', '-qq', '--yes', '--download-only', '--no-install-recommends'];
    await apt.run('apt-get', [...only, ...libraryPackages]);
    for (const name of await listFolder(archives)) {
      if (!name.endsWith('.deb')) continue;
      await runChecked(runCommand, ['dpkg-deb', '--extract', join(archives, name), staging]);
    }
    await rm(folder, { recursive: true });
  });
}

async function findEmulator(arch: Architecture): Promise<string | undefined> {
  return firstWith(emulators[arch], (process.env['PATH'] ?? '').split(delimiter));
}

async function firstWith(name: string, folders: readonly string[]): Promise<string | undefined> {
  for (const folder of folders) {
    const path = join(folder, name);
    if (await exists(path)) return path;
  }
  return undefined;
}
