import { dirname, join } from 'node:path';
import { bundleHome } from './bundle-home.ts';
import packageJson from '../../package.json' with { type: 'json' };

/** A program of berth: the command line, or berthd. */
export type ProgramEntry = 'cli' | 'daemon';

/** How this berth runs, and how to start more of it. */
export interface BerthProgram {
  /** `source`: TypeScript of a checkout. `bundle`: the self-contained form that `berth bundle` makes. */
  readonly kind: 'source' | 'bundle';
  readonly version: string;
  /** Folder of the checkout (with package.json), or of the unpacked bundle (with manifest.json). Absolute. */
  readonly root: string;
  /** Program and arguments that run a part of berth; every path in it is absolute. */
  argv(entry: ProgramEntry, args: readonly string[]): readonly [string, ...string[]];
}

/** Node.js still warns of some of what berth uses. */
const quiet = '--disable-warning=ExperimentalWarning';

/**
 * A small nursery for new objects, in megabytes: V8 lets it grow to 16, which berthd keeps for good after a single pull.
 * 15 MB less at rest and 60 MB less during a pull, for a tenth more processor time. Most of that berthd spends when nobody waits
 * (runtime/host/young-generation.ts).
 */
const smallNursery = '--max-semi-space-size=1';

/** How this very process runs. The one place that knows where berth's own files are. */
export function berthProgram(): BerthProgram {
  // In a bundle, all of berth is one JavaScript file at its top; a checkout runs the TypeScript itself.
  return import.meta.filename.endsWith('.ts')
    ? sourceProgram(dirname(dirname(import.meta.dirname)))
    : bundleProgram(import.meta.dirname, packageJson.version);
}

/** The program of a bundle that is, or will be, installed beside others. */
export function installedProgram(version: string): BerthProgram {
  return bundleProgram(bundleHome(version), version);
}

/** Options of every Node.js of a bundle. The same for all programs, because V8 takes what was compiled only with the options that it was compiled with. */
export const bundleNodeOptions = [quiet, smallNursery] as const;

function sourceProgram(root: string): BerthProgram {
  const entries = {
    cli: [quiet, join(root, 'scripts', 'main.ts')],
    daemon: [quiet, smallNursery, join(root, 'runtime', 'daemon.ts')],
  };
  return {
    kind: 'source',
    version: packageJson.version,
    root,
    argv: (entry, args) => [process.execPath, ...entries[entry], ...args],
  };
}

/** The program of a bundle that is unpacked in `root`. */
function bundleProgram(root: string, version: string): BerthProgram {
  const programs = { cli: 'berth', daemon: 'berthd' };
  return {
    kind: 'bundle',
    version,
    root,
    argv: (entry, args) => [join(root, 'bin', programs[entry]), ...args],
  };
}
