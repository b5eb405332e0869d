import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { mkdtemp, rm } from '../../runtime/host/files.ts';
import { berthProgram, type BerthProgram } from '../program/self.ts';
import type { Architecture } from './architecture.ts';
import type { BundleFile } from './bundle-file.ts';
import { filesFromBundle } from './from-bundle.ts';
import { filesFromSource } from './from-source.ts';
import { selfExtractor } from './fixed-files.ts';
import { imageFiles } from './image-files.ts';
import { manifestFiles } from './manifest.ts';
import { packageFiles } from './package-files.ts';
import { sourceDate } from './source-date.ts';
import { writeArchive, type WrittenArchive } from './write-archive.ts';

/** A bundle to make. */
export interface BundleRequest {
  readonly arch: Architecture;
  /** Images that are to come with it: names that the running engine has, or paths of archives (`./x.tar`, `/x.tar`). */
  readonly withImages?: readonly string[];
  /** `include`: the packages that `berth up` may have to install, for a host without a network. */
  readonly packages?: 'include' | 'leave';
  /** File to write; with the ending `.run` one that unpacks and installs itself. */
  readonly to: string;
  readonly env?: Readonly<Record<string, string | undefined>>;
}

/** Name of a bundle's folder, and with `.tar.gz` of its archive. */
export function bundleName(version: string, arch: Architecture): string {
  return `berth-${version}-linux-${arch}`;
}

/**
 * Makes a self-contained archive of berth: from a checkout, or from the installed bundle that runs this. The same input
 * gives the same bytes, wherever and whenever it is made.
 *
 * @throws BerthError BUNDLE_INPUT_INVALID, BUNDLE_ARCH_UNAVAILABLE, BUNDLE_CORRUPT, COMMAND_FAILED
 */
export async function makeBundle(request: BundleRequest): Promise<WrittenArchive> {
  const scratch = await mkdtemp(join(tmpdir(), 'berth-bundle-'));
  try {
    return await pack(request, scratch);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function pack(request: BundleRequest, scratch: string): Promise<WrittenArchive> {
  const { arch, withImages: images = [], env = process.env } = request;
  const program = berthProgram();
  const base = await baseOf(program, { arch, env });
  const added = [
    ...(await imageFiles({ images, scratch, env })),
    ...(request.packages === 'include' ? await packageFiles(arch, scratch) : []),
  ];
  const { version } = program;
  const { sourceDateEpoch } = base;
  const files = merged(base.files, added);
  const manifest = await manifestFiles(files, { version, arch, sourceDateEpoch });
  const scripts = program.kind === 'bundle' ? 'start' : join('scripts', 'bundle', 'files');
  const head = request.to.endsWith('.run')
    ? { head: await selfExtractor(join(program.root, scripts), { version, arch }) }
    : {};
  return writeArchive({
    ...head,
    files: [...files, ...manifest],
    folder: bundleName(version, arch),
    sourceDateEpoch,
    to: request.to,
  });
}

interface BaseFiles {
  readonly files: readonly BundleFile[];
  readonly sourceDateEpoch: number;
}

async function baseOf(
  program: BerthProgram,
  request: Required<Pick<BundleRequest, 'arch' | 'env'>>,
): Promise<BaseFiles> {
  if (program.kind === 'bundle') {
    const { files, manifest } = await filesFromBundle(program, request.arch);
    return { files, sourceDateEpoch: manifest.sourceDateEpoch };
  }
  const files = await filesFromSource(program, request.arch);
  return { files, sourceDateEpoch: await sourceDate(program.root, request.env) };
}

/** What is added takes the place of what a bundle that is packed again has of the same kind: images, packages. */
function merged(base: readonly BundleFile[], added: readonly BundleFile[]): readonly BundleFile[] {
  const folderOf = (path: string): string => path.slice(0, path.indexOf('/') + 1);
  const replaced = new Set(added.map(({ path }) => folderOf(path)));
  return [...base.filter(({ path }) => !replaced.has(folderOf(path))), ...added];
}
