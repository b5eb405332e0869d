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

/**
 * Puts the hash of the options that it runs with in place of that of `predictable`, none of which changes what comes out, and
 * prints whether V8 takes each cache then. One process for all: under emulation the start of Node.js takes seconds.
 */
const finish = `
const { readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { Script } = require('node:vm');
const hash = new Script('0').createCachedData().subarray(${optionsHash.at}, ${optionsHash.at + optionsHash.size});
const states = process.argv.slice(2).map((name) => {
  const path = join(__dirname, name + '.cache');
  const cache = readFileSync(path);
  hash.copy(cache, ${optionsHash.at});
  writeFileSync(path, cache);
  return [name, require('./start.js').cacheState(name)];
});
process.stdout.write(JSON.stringify(states));`;

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
  const node = (
    options: readonly string[],
    text: string,
    ...words: readonly string[]
  ): Promise<string> => {
    const program = ['env', '-i', ...using.node, ...bundleNodeOptions, ...options] as const;
    return runChecked(using.run, [...program, join(folder, text), ...words]);
  };
  try {
    for (const [name, text] of Object.entries(scripts)) await writeFile(join(folder, name), text);
    await writeFile(join(folder, 'package.json'), '{"type":"commonjs"}');
    await writeFile(join(folder, 'finish.js'), finish);
    for (const entry of Object.values(scriptNames)) {
      await writeFile(join(folder, 'warm-up.js'), `require('./start.js').start('${entry}')`);
      await node(predictable, 'warm-up.js');
    }
    const names = Object.keys(scriptNames);
    const states = JSON.parse(await node([], 'finish.js', ...names)) as [string, string][];
    const caches = new Map<string, Buffer>();
    for (const [name, state] of states) {
      if (state !== 'used') throw rejected(state);
      caches.set(`${name}.cache`, await readFile(join(folder, `${name}.cache`)));
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
