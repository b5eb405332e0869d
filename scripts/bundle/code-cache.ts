import { join } from 'node:path';
import { mkdtemp, readFile, rm, writeFile } from '../../runtime/host/files.ts';
import { BerthError } from '../../runtime/errors/berth-error.ts';
import { bundleMessages as m } from '../../messages/areas/bundle.ts';
import { runChecked, type CommandRunner } from '../host/commands.ts';
import { bundleNodeOptions } from '../program/self.ts';
import type { BundleEntry, BundleScriptName } from '../program/bundle-entry.ts';
import type { BundleScripts } from './javascript.ts';

/** What V8 is told so that the same script compiles to the same bytes: no random seeds, no second thread, nothing thrown away. */
const predictable = [
  '--hash-seed=1',
  '--random-seed=1',
  '--no-flush-bytecode',
  '--predictable',
  '--single-threaded',
];

/**
 * Where a code cache has the hash of V8's options (SerializedCodeData in V8's src/snapshot/code-serializer.h): behind the
 * magic number, V8's version and the length of the source, four bytes each.
 */
const optionsHash = { at: 12, size: 4 } as const;

/** A bundle's scripts that are compiled, and what is run for that. */
const scriptNames = { berth: 'warm-up', oci: 'oci-warm-up' } as const satisfies Partial<
  Record<BundleScriptName, BundleEntry>
>;

const printHash = `process.stdout.write(new (require('node:vm').Script)('0').createCachedData().toString('hex', ${optionsHash.at}, ${optionsHash.at + optionsHash.size}))`;

/**
 * What V8 compiles of the bundle until its programs are ready, so that they start with it. Made on the Node.js of
 * the bundle, and checked to be accepted by it. Gives contents by file name.
 *
 * @param node Program and arguments that run that Node.js.
 * @throws BerthError COMMAND_FAILED, BUNDLE_INPUT_INVALID when V8 does not take it
 */
export async function compileScripts(
  scripts: BundleScripts,
  using: {
    readonly node: readonly string[];
    readonly run: CommandRunner;
    readonly scratch: string;
  },
): Promise<ReadonlyMap<string, Buffer>> {
  const folder = await mkdtemp(join(using.scratch, 'berth-bundle-'));
  // Nothing of the environment gets into what is compiled.
  const node = (options: readonly string[], text: string): Promise<string> => {
    const program = ['env', '-i', ...using.node, ...bundleNodeOptions, ...options] as const;
    return runChecked(using.run, [...program, join(folder, text)]);
  };
  try {
    for (const [name, text] of Object.entries(scripts)) await writeFile(join(folder, name), text);
    await writeFile(join(folder, 'package.json'), '{"type":"commonjs"}');
    await writeFile(join(folder, 'hash.js'), printHash);
    // It was compiled with more options than it will be used with, none of which changes what comes out.
    const hash = Buffer.from(await node([], 'hash.js'), 'hex');
    const caches = new Map<string, Buffer>();
    for (const [name, entry] of Object.entries(scriptNames)) {
      const [file, start] = [`${name}.cache`, "require('./start.js')"];
      await writeFile(join(folder, 'warm-up.js'), `${start}.start('${entry}')`);
      await node(predictable, 'warm-up.js');
      const cache = await readFile(join(folder, file));
      hash.copy(cache, optionsHash.at);
      await writeFile(join(folder, file), cache);
      await writeFile(
        join(folder, 'state.js'),
        `process.stdout.write(${start}.cacheState('${name}'))`,
      );
      const state = await node([], 'state.js');
      if (state !== 'used') throw rejected(state);
      caches.set(file, cache);
    }
    return caches;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function rejected(state: string): BerthError {
  return new BerthError('BUNDLE_INPUT_INVALID', {
    message: m.cacheRejected({ state }),
    remedy: m.inputRemedy(),
  });
}
