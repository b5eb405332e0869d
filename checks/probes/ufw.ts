import type { CheckContext } from '../context.ts';
import { firewallTimeoutMs as timeoutMs, type FirewallState } from './firewall-state.ts';

/** Where every call of ufw(8) leaves an empty file, also one that only reads. */
const lockFile = '/run/ufw.lock';

/** How a host is asked. */
export type UfwHost = Pick<CheckContext, 'run'> & {
  readonly files: Pick<CheckContext['files'], 'readText'>;
};

/** What `ufw status verbose` says. Asking leaves no file where there was none. */
export async function ufwStatus({
  run,
  files,
}: UfwHost): Promise<{ readonly exitCode: number; readonly stdout: string }> {
  const wasThere = (await files.readText(lockFile)) !== undefined;
  const status = await run('ufw', ['status', 'verbose'], { timeoutMs });
  if (!wasThere) await run('rm', ['-f', lockFile], { timeoutMs });
  return status;
}

/** Asks ufw(8), when it is on, what it does with routed packets, and whether a rule lets an interface's in and out. */
export async function askUfw(host: UfwHost, bridge: string): Promise<FirewallState> {
  // One that is off is told by its own file: ufw(8) is written in Python and takes its time.
  if (!/^ENABLED=yes$/m.test((await host.files.readText('/etc/ufw/ufw.conf')) ?? '')) {
    return { kind: 'absent' };
  }
  const status = await ufwStatus(host);
  if (status.exitCode !== 0 || !/^Status: active$/m.test(status.stdout)) return { kind: 'absent' };
  const routed = /^Default:.*?(\w+) \(routed\)/m.exec(status.stdout)?.[1];
  // `disabled (routed)`: the kernel forwards nothing, which sysctl.forward tells; ufw's chain drops all the same.
  if (routed === 'allow') return { kind: 'absent' };
  // Rows such as `Anywhere on eth0   ALLOW FWD   Anywhere on berth0`.
  const rows = status.stdout.split('\n').filter((line) => line.includes('ALLOW FWD'));
  const words = rows.map((line) => line.split(/ALLOW FWD\s+/));
  const [into, from] = [0, 1].map((side) =>
    words.some((sides) => new RegExp(`\\bon ${bridge}\\b`).test(sides[side] ?? '')),
  );
  return { kind: into === true && from === true ? 'open' : 'closed' };
}
