import { join } from 'node:path';
import { readFile } from '../../runtime/host/files.ts';
import { bundleNodeOptions } from '../program/self.ts';
import { namesOf, type Architecture } from './architecture.ts';
import type { BundleFile } from './bundle-file.ts';

/** Name of the script that unpacks what comes behind it. */
export const selfExtractorName = 'self-extract.sh';

/** What the small files of a bundle have to know of it. */
export interface BundleFacts {
  readonly version: string;
  readonly arch: Architecture;
  /** Absolute path that it will be unpacked in. */
  readonly home: string;
  /** File name of the dynamic loader. */
  readonly loader: string;
}

const starter = (entry: string, start: string): string =>
  `'use strict';\nrequire('${start}').start('${entry}');\n`;

/** The small files of a bundle: shell scripts that start and install it, and what Node.js starts with. */
export async function fixedFiles(root: string, facts: BundleFacts): Promise<readonly BundleFile[]> {
  const script = async (name: string): Promise<Buffer> =>
    filledIn(await readFile(join(root, 'scripts', 'bundle', 'files', name), 'utf8'), facts);
  const startBerth = await script('start-berth.sh');
  const text = (path: string, content: string): BundleFile => ({
    path,
    kind: 'data',
    content: Buffer.from(content),
  });
  return [
    { path: 'bin/berth', kind: 'program', content: startBerth },
    { path: 'bin/berthd', kind: 'program', content: startBerth },
    // One word, for engines that take the path of a runtime and no arguments.
    { path: 'bin/berth-oci', kind: 'program', content: startBerth },
    { path: 'install.sh', kind: 'program', content: await script('install.sh') },
    // As it is: a bundle can make such a file of itself.
    {
      path: `start/${selfExtractorName}`,
      kind: 'data',
      content: await readFile(join(root, 'scripts', 'bundle', 'files', selfExtractorName)),
    },
    // The names are what ps(1) shows.
    text('start/berth', starter('cli', '../start.js')),
    text('start/berthd', starter('daemon', '../start.js')),
    text('start/berth-oci', starter('oci', '../start.js')),
    text('unpack-worker.js', starter('thread', './start.js')),
    // Whatever a package.json in a folder above says of its files, these are CommonJS.
    text('package.json', '{ "type": "commonjs" }\n'),
    { path: 'LICENSE', kind: 'data', content: await readFile(join(root, 'LICENSE')) },
  ];
}

/**
 * What a file that unpacks and installs itself begins with. From an installed bundle it is made of the copy in there.
 */
export async function selfExtractor(
  folder: string,
  facts: Pick<BundleFacts, 'version' | 'arch'>,
): Promise<Buffer> {
  const text = await readFile(join(folder, selfExtractorName), 'utf8');
  const lines = String(text.split('\n').length);
  const values = { VERSION: facts.version, MACHINE: namesOf(facts.arch).machine, LINES: lines };
  return Buffer.from(replaced(text, values));
}

/** Fills in the bundle's own values. */
function filledIn(text: string, facts: BundleFacts): Buffer {
  return Buffer.from(
    replaced(text, {
      VERSION: facts.version,
      MACHINE: namesOf(facts.arch).machine,
      HOME: facts.home,
      LOADER: facts.loader,
      NODE_OPTIONS: bundleNodeOptions.join(' '),
    }),
  );
}

/** Texts have `@NAME@` where values belong. */
function replaced(text: string, values: Readonly<Record<string, string>>): string {
  return text.replace(/@([A-Z_]+)@/g, (whole, name: string) => values[name] ?? whole);
}
