import { join } from 'node:path';
import { mkdtemp, readFile, rm, writeFile } from '../../runtime/host/files.ts';
import { BerthError } from '../../runtime/errors/berth-error.ts';
import { bundleMessages as m } from '../../messages/areas/bundle.ts';
import { runChecked, type CommandRunner } from '../host/commands.ts';
import { bundleNodeOptions } from '../program/self.ts';
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

const warmUp = "require('./start.js').start('warm-up')";
const printHash = `process.stdout.write(new (require('node:vm').Script)('0').createCachedData().toString('hex', ${optionsHash.at}, ${optionsHash.at + optionsHash.size}))`;
const printState = "process.stdout.write(require('./start.js').cacheState())";

/**
 * What V8 compiles of the bundle until its programs are ready, so that they start with it. Made on the Node.js of
 * the bundle, and checked to be accepted by it.
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
): Promise<Buffer> {
  const folder = await mkdtemp(join(using.scratch, 'berth-bundle-'));
  const cachePath = join(folder, 'berth.cache');
  // Nothing of the environment gets into what is compiled.
  const node = (options: readonly string[], text: string): Promise<string> => {
    const program = ['env', '-i', ...using.node, ...bundleNodeOptions, ...options] as const;
    return runChecked(using.run, [...program, join(folder, text)]);
  };
  try {
    for (const [name, text] of Object.entries(scripts)) await writeFile(join(folder, name), text);
    await writeFile(join(folder, 'package.json'), '{"type":"commonjs"}');
    await writeFile(join(folder, 'warm-up.js'), warmUp);
    await writeFile(join(folder, 'hash.js'), printHash);
    await writeFile(join(folder, 'state.js'), printState);
    await node(predictable, 'warm-up.js');
    const cache = await readFile(cachePath);
    // It was compiled with more options than it will be used with, none of which changes what comes out.
    Buffer.from(await node([], 'hash.js'), 'hex').copy(cache, optionsHash.at);
    await writeFile(cachePath, cache);
    const state = await node([], 'state.js');
    if (state === 'used') return cache;
    throw new BerthError('BUNDLE_INPUT_INVALID', {
      message: m.cacheRejected({ state }),
      remedy: m.inputRemedy(),
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
