import type { BundleEntry } from './bundle-entry.ts';

/*
 * All of berth as one file: the programs of a checkout (`scripts/main.ts`, `runtime/daemon.ts`, and the thread that
 * unpacks layers) are parts of it that are evaluated when they are asked for.
 */

/** Runs one of berth's programs with `argv`, its arguments alone. Resolves with its exit status. */
export async function run(entry: BundleEntry, argv: readonly string[]): Promise<number> {
  switch (entry) {
    case 'cli': {
      const { runCli } = await import('../cli/run-cli.ts');
      return runCli(argv);
    }
    case 'daemon': {
      const { runDaemon } = await import('../../runtime/daemon/command-line.ts');
      return runDaemon(argv);
    }
    case 'thread':
      await import('../../runtime/layer/unpack-worker.ts');
      return 0;
    case 'warm-up': {
      const { warmUp } = await import('./warm-up.ts');
      return warmUp();
    }
    case 'oci':
    case 'oci-warm-up':
      throw new TypeError(`"${entry}" is not in this file, but in oci.js`);
  }
}
