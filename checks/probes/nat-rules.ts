import type { CheckContext } from '../context.ts';
import { isTimedOut } from './timed-out.ts';

/** What came of setting rules. */
export type NatTrial =
  | { readonly kind: 'works' }
  /** The tool is not installed. */
  | { readonly kind: 'missing' }
  /** It is, and could not: with the last line that it wrote. */
  | { readonly kind: 'refused'; readonly said: string }
  /** It had not ended after `natTimeoutMs`. */
  | { readonly kind: 'slow' };

/** The first rule loads modules of the kernel, which takes seconds on a slow disk, in milliseconds. */
export const natTimeoutMs = 20_000;
const timeoutMs = natTimeoutMs;
const notFound = 127;

const nftScript = [
  'add table ip berth-check',
  'add chain ip berth-check out { type nat hook postrouting priority 100; }',
  'add rule ip berth-check out masquerade',
  'add chain ip berth-check in { type nat hook prerouting priority -100; }',
  'add rule ip berth-check in tcp dport 80 dnat to 192.0.2.1:80',
].join('; ');

/** Sets both kinds of rules by nft(8), in a network namespace that ends with the command. */
export async function tryNftNat({ run }: Pick<CheckContext, 'run'>): Promise<NatTrial> {
  const { exitCode } = await run('nft', ['--version'], { timeoutMs });
  if (exitCode === notFound) return { kind: 'missing' };
  return trialOf(await run('unshare', ['-n', 'nft', nftScript], { timeoutMs }));
}

/** iptables locks a file in /run and keeps it: in a mount namespace of its own it finds an empty /run. */
const iptablesScript = [
  'mount -t tmpfs none /run',
  'iptables -t nat -A POSTROUTING -j MASQUERADE',
  'iptables -t nat -A PREROUTING -p tcp --dport 80 -j DNAT --to-destination 192.0.2.1:80',
].join(' && ');

/** Sets both kinds of rules by iptables(8), in namespaces that end with the command. */
export async function tryIptablesNat({ run }: Pick<CheckContext, 'run'>): Promise<NatTrial> {
  const { exitCode } = await run('iptables', ['--version'], { timeoutMs });
  if (exitCode === notFound) return { kind: 'missing' };
  return trialOf(await run('unshare', ['-n', '-m', 'sh', '-c', iptablesScript], { timeoutMs }));
}

function trialOf(result: Awaited<ReturnType<CheckContext['run']>>): NatTrial {
  if (result.exitCode === 0) return { kind: 'works' };
  if (isTimedOut(result)) return { kind: 'slow' };
  const last = (result.stderr ?? '').trim().split('\n').at(-1) ?? '';
  return { kind: 'refused', said: last === '' ? `status ${result.exitCode}` : last };
}
