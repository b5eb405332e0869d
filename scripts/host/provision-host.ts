import { isAbsolute, join } from 'node:path';
import { runCommand, type CommandRunner } from './commands.ts';

/**
 * The host that is provisioned. Steps and the journal name files by their path on that host (`/etc/berth/daemon.json`);
 * `root` puts them elsewhere, for a test's folder or a mounted image.
 */
export interface ProvisionHost {
  /** Folder that stands for `/`. */
  readonly root: string;
  /** Folder of the kernel's switches, normally `/proc/sys`. */
  readonly procSys: string;
  readonly run: CommandRunner;
  /** Where a file of the host lies for this process. */
  path(onHost: string): string;
}

/** The machine that berth runs on. */
export const thisHost: ProvisionHost = hostAt('/');

/** A host whose files lie under `root`; programs and kernel switches are those of this machine. */
export function hostAt(
  root: string,
  overrides: { readonly procSys?: string; readonly run?: CommandRunner } = {},
): ProvisionHost {
  return {
    root,
    procSys: overrides.procSys ?? '/proc/sys',
    run: overrides.run ?? runCommand,
    path: (onHost) => {
      if (!isAbsolute(onHost)) throw new RangeError(`"${onHost}" is not an absolute path`);
      return join(root, onHost);
    },
  };
}

/** Whether programs such as groupadd(8) act on this very machine and not on a folder. */
export function isThisMachine(host: ProvisionHost): boolean {
  return host.root === '/';
}
