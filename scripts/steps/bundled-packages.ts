import { join } from 'node:path';
import { z } from 'zod';
import { bundleMessages as m } from '../../messages/areas/bundle.ts';
import { listFolder, removeFile } from '../../runtime/host/files.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import { aptGet } from '../packages/apt/apt-get.ts';
import type { StepKind, UndoContext, UndoOutcome } from './step-kind.ts';
import { writeFileKind } from './write-file.ts';

/** Lets apt find the packages that came with a bundle, beside what the host's own sources have. */
export const bundledPackagesStep = z.strictObject({
  kind: z.literal('bundled-packages'),
  /** Folder with the packages and their index. */
  folder: z.string().startsWith('/'),
});

type BundledPackagesStep = z.infer<typeof bundledPackagesStep>;
type Captured = z.infer<typeof writeFileKind.undoSchema>;

const sourcePath = '/etc/apt/sources.list.d/berth-bundle.sources';
const listsFolder = '/var/lib/apt/lists';

/** In deb822 (sources.list(5)). The folder is root's alone, and each file has its digest in the bundle's manifest. */
const sourceFile = ({ folder }: BundledPackagesStep) =>
  ({
    kind: 'write-file',
    path: sourcePath,
    content: [
      '# Written by "berth up": packages that came with the bundle. "berth down" removes it.',
      'Types: deb',
      `URIs: file:${folder}`,
      'Suites: ./',
      'Trusted: yes',
      '',
    ].join('\n'),
    mode: 0o644,
  }) as const;

/** The one index of this source. The others are not asked: on a host without a network that takes minutes. */
const updateThis = [
  'update',
  ...['-o', `Dir::Etc::sourcelist=${sourcePath}`, '-o', 'Dir::Etc::sourceparts=-'],
  // Else the indexes of all other sources would go.
  ...['-o', 'APT::Get::List-Cleanup=0'],
];

/** Names under which apt keeps the index: the source's address with underscores. */
async function lists(step: BundledPackagesStep, host: ProvisionHost): Promise<readonly string[]> {
  const prefix = step.folder.replaceAll('/', '_');
  const folder = host.path(listsFolder);
  const names = await listFolder(folder);
  return names.filter((name) => name.startsWith(prefix)).map((name) => join(folder, name));
}

async function undo(
  step: BundledPackagesStep,
  context: UndoContext<Captured>,
): Promise<UndoOutcome> {
  const outcome = await writeFileKind.undo(sourceFile(step), context);
  for (const path of await lists(step, context.host)) await removeFile(path);
  return outcome;
}

/** Step kind `bundled-packages`. */
export const bundledPackagesKind: StepKind<BundledPackagesStep, Captured> = {
  kind: 'bundled-packages',
  schema: bundledPackagesStep,
  undoSchema: writeFileKind.undoSchema,
  describe: ({ folder }) => m.packagesStep({ folder }),
  isDone: async (step, host) =>
    (await writeFileKind.isDone(sourceFile(step), host)) && (await lists(step, host)).length > 0,
  observe: (step, host) => writeFileKind.observe(sourceFile(step), host),
  diff: (step, host) => writeFileKind.diff(sourceFile(step), host),
  capture: (step, host) => writeFileKind.capture(sourceFile(step), host),
  apply: async (step, host, signal) => {
    await writeFileKind.apply(sourceFile(step), host);
    await aptGet(host, updateThis, signal === undefined ? {} : { signal, interruptible: signal });
  },
  undo,
};
