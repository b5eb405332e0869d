import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleScripts } from '../../../../scripts/bundle/javascript.ts';
import { bundleNodeOptions } from '../../../../scripts/program/self.ts';
import { copyCheckout } from '../bundle/make-test-bundle.ts';
import { packedCheckoutsFolder, packedKey } from './packed-checkout.ts';

/*
 * Makes the packed checkout, unless it is there, and prints where it is. Its caller holds the lock. Its name is that of
 * the copy of the sources that it is made of: the checkout may be edited meanwhile.
 */

/** Longer than any run of tests lasts. */
const keptMs = 60 * 60_000;

const loader = new URL('../../../../runtime/host/compiled-script.ts', import.meta.url);

/**
 * A program of the packed checkout. V8 takes what was compiled with the same options alone, and the command line has others
 * than the daemon: there is one of each.
 */
const program = (path: string, last: string): string => `
import { join } from 'node:path';
import { runCompiledScript } from ${JSON.stringify(fileURLToPath(loader))};
const top = join(import.meta.dirname, '${path.includes('/program/') ? '../..' : '..'}');
const usual = '${path.includes('oci') ? 'oci' : 'usual'}.cache';
const cachePath = join(top, process.execArgv.some((option) => option.startsWith('--max-semi')) ? 'small.cache' : usual);
const script = runCompiledScript({ path: join(top, 'scripts/program/${path.includes('oci') ? 'oci' : 'berth'}.ts'), cachePath });
const words = process.argv.slice(2);
${last}
`;

const keepCache = 'writeFileSync(cachePath, script.createCache());';
const programs: Readonly<Record<string, string>> = {
  'scripts/main.ts': "process.exit(await script.exports.run('cli', words));",
  // Hooks of containers see what it sees.
  'scripts/oci.ts': `
delete process.env['NODE_COMPILE_CACHE'];
process.exit(await script.exports.run('oci', words));`,
  'runtime/daemon.ts': "process.exitCode = await script.exports.run('daemon', words);",
  'scripts/program/unpack-worker.ts': "await script.exports.run('thread', words);",
  'scripts/program/warm-up.ts': `
import { writeFileSync } from 'node:fs';
await script.exports.run('warm-up', words);
${keepCache}`,
  'scripts/program/warm-up-oci.ts': `
import { writeFileSync } from 'node:fs';
await script.exports.run('oci-warm-up', words);
${keepCache}`,
};

await removeOlder();
process.stdout.write(await made());

async function made(): Promise<string> {
  const checkout = await copyCheckout();
  try {
    const folder = join(packedCheckoutsFolder, packedKey(checkout.root));
    if (existsSync(folder)) return folder;
    const making = await mkdtemp(join(packedCheckoutsFolder, 'making-'));
    // Users without rights run it, too.
    await chmod(making, 0o755);
    const scripts = await bundleScripts(checkout.root);
    const files = Object.entries(programs).map(([path, last]) => [path, program(path, last)]);
    for (const [path = '', text = ''] of [
      ['package.json', '{"type":"module"}'],
      // By its name it is source: that is what berth goes by.
      ['scripts/program/berth.ts', scripts['berth.js']],
      ['scripts/program/oci.ts', scripts['oci.js']],
      ...files,
    ]) {
      await mkdir(dirname(join(making, path)), { recursive: true });
      await writeFile(join(making, path), text);
    }
    const usual = bundleNodeOptions.slice(0, 1);
    for (const [options, name] of [
      [usual, 'warm-up.ts'],
      [bundleNodeOptions, 'warm-up.ts'],
      [usual, 'warm-up-oci.ts'],
    ] as const) {
      execFileSync(process.execPath, [...options, join(making, 'scripts/program', name)]);
    }
    await rename(making, folder);
    return folder;
  } finally {
    await checkout.remove();
  }
}

async function removeOlder(): Promise<void> {
  for (const name of await readdir(packedCheckoutsFolder)) {
    const path = join(packedCheckoutsFolder, name);
    const { mtimeMs } = await stat(path);
    const isOld = name.startsWith('making-') || Date.now() - mtimeMs > keptMs;
    if (isOld && name !== 'lock') await rm(path, { recursive: true, force: true });
  }
}
