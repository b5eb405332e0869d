import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { hostname } from '../../../checks/hostname.ts';
import { Launcher } from '../../../runtime/syscall/launcher.ts';
import { runCommand } from '../../../scripts/host/commands.ts';
import { realContext } from './real-context.ts';
import { removeTree } from '../../support/remove-tree.ts';

it('a program of the host that hangs is ended, with what it started', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'berth-test-hanging-'));
  try {
    const program = join(folder, 'getent');
    writeFileSync(program, `#!/bin/sh\necho $$ > ${folder}/pid\nsleep 600 & wait\n`);
    chmodSync(program, 0o755);
    const real = realContext(new Launcher(), { dataRoot: folder, apiSocket: '/run/x.sock' });
    const outcome = await hostname.probe({
      ...real,
      machine: { ...real.machine, hostname: 'node-7' },
      // A tenth of the time that the check gives: what is tried is that its limit holds.
      run: (_command, args, { timeoutMs }) =>
        runCommand(program, args, { timeoutMs: timeoutMs / 10 }),
    });
    expect(outcome.status).toBe('warn');
    const children = await runCommand('ps', ['-eo', 'args']);
    expect(children.stdout).not.toContain('sleep 600');
  } finally {
    removeTree(folder);
  }
});
