import { runChecked } from '../run-command.ts';

/** A script for a root file system on this machine. */
export interface ChrootScript {
  readonly root: string;
  /** Lines for `sh -eu`. */
  readonly lines: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/**
 * Runs a script in a root file system, with /proc there in a mount namespace of its own, so that nothing stays mounted
 * on this machine whatever happens. The environment is only what is given.
 */
export async function inChroot({ root, lines, env }: ChrootScript): Promise<string> {
  const variables = {
    PATH: '/usr/sbin:/usr/bin:/sbin:/bin',
    HOME: '/root',
    LC_ALL: 'C.UTF-8',
    DEBIAN_FRONTEND: 'noninteractive',
    ...env,
  };
  const words = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  const enter = 'mount -t proc proc "$1/proc"; root=$1; shift; exec chroot "$root" "$@"';
  return runChecked([
    ...(['unshare', '--mount', '--', 'sh', '-euc', enter, 'sh', root] as const),
    ...['env', '-i', ...words, 'sh', '-euc', lines.join('\n')],
  ]);
}
