import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ports } from '../../../checks/ports.ts';
import type { Outcome } from '../../../checks/finding.ts';
import { Launcher } from '../../../runtime/syscall/launcher.ts';
import { realContext } from './real-context.ts';
import { removeTree } from '../../support/remove-tree.ts';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'berth-test-ports-'));
  path = join(folder, 'berth.sock');
});
afterEach(() => {
  removeTree(folder);
});

const probe = (): Promise<Outcome> =>
  ports.probe(realContext(new Launcher(), { dataRoot: folder, apiSocket: path }));

describe('ports', () => {
  it('finds the path free', async () => {
    expect((await probe()).seen).toContain('is free');
  });

  it('finds a daemon that answers', async () => {
    const server = createServer((_request, response) => {
      response.end('OK');
    });
    server.listen(path);
    await once(server, 'listening');
    try {
      expect(await probe()).toMatchObject({
        status: 'pass',
        details: { path, pid: process.pid },
      });
    } finally {
      server.close();
      await once(server, 'close');
    }
  });

  it('finds the socket of a daemon that was killed', async () => {
    const script = `require('node:net').createServer().listen(${JSON.stringify(path)}, () => console.log('up'))`;
    const daemon = spawn(process.execPath, ['-e', script]);
    await once(daemon.stdout, 'data');
    daemon.kill('SIGKILL');
    await once(daemon, 'exit');
    expect(await probe()).toMatchObject({ status: 'pass', seen: `a dead socket at "${path}"` });
  });
});
