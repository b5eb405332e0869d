import { mkdtempSync, symlinkSync, existsSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { netNat } from '../../../checks/net.nat.ts';
import { Launcher } from '../../../runtime/syscall/launcher.ts';
import { runCommand } from '../../../scripts/host/commands.ts';
import type { Outcome } from '../../../checks/finding.ts';
import { realContext } from './real-context.ts';
import { removeTree } from '../../support/remove-tree.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'berth-test-nat-'));
});
afterEach(() => {
  removeTree(folder);
});

/** The check's outcome on a machine that has these tools only. */
function probeWith(...tools: readonly string[]): Promise<Outcome> {
  for (const tool of ['unshare', 'sh', 'mount', ...tools]) {
    const places = ['/usr/sbin', '/usr/bin'].map((place) => join(place, tool));
    const path = places.find((place) => existsSync(place));
    if (path !== undefined) symlinkSync(path, join(folder, tool));
  }
  const real = realContext(new Launcher(), { dataRoot: folder, apiSocket: '/run/x.sock' });
  return netNat.probe({
    ...real,
    run: (command, args, options) =>
      runCommand(command, args, { ...options, env: { PATH: folder } }),
  });
}

/** Rules of this machine, and the lock that iptables leaves behind. */
const traces = async (): Promise<unknown> => ({
  rules: (await runCommand('nft', ['list', 'ruleset'])).stdout,
  lock: existsSync('/run/xtables.lock'),
  tables: existsSync('/proc/net/ip_tables_names')
    ? readFileSync('/proc/net/ip_tables_names', 'utf8')
    : undefined,
});

describe('net.nat', () => {
  it.each(['nft', 'iptables'])('sets real rules by %s, and leaves nothing', async (tool) => {
    const before = await traces();
    const outcome = await probeWith(tool);
    expect(outcome).toMatchObject({ status: 'pass' });
    expect(outcome.seen).toContain(tool);
    expect(await traces()).toEqual(before);
  });

  it('fails where there is neither, and would install nftables', async () => {
    expect(await probeWith()).toMatchObject({
      status: 'fail',
      fix: [{ kind: 'package', names: ['nftables'] }],
    });
  });
});
