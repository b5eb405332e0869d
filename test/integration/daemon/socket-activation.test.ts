import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { requestOverSocket } from '../../../runtime/host/http-client.ts';
import { until } from '../scripts/support/until.ts';
import { removeTree } from '../../support/remove-tree.ts';

const berthd = join(import.meta.dirname, '../../../runtime/daemon.ts');
let root: string;
let child: ChildProcess | undefined;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'berth-activate-'));
});
afterEach(async () => {
  if (child?.exitCode === null && child.signalCode === null) {
    child.kill('SIGTERM');
    await once(child, 'exit');
  }
  removeTree(root);
});

/** Writes a daemon.json with these sockets and gives berthd's command line. */
function berthdWith(...sockets: readonly string[]): readonly string[] {
  const config = join(root, 'daemon.json');
  const keys = { 'data-root': join(root, 'data'), 'exec-root': join(root, 'run'), group: 'root' };
  const hosts = sockets.map((path) => `unix://${path}`);
  writeFileSync(config, JSON.stringify({ ...keys, hosts }));
  return [process.execPath, berthd, '--config', config];
}

/** systemd's own program: it listens, and executes the daemon when the first client comes (systemd-socket-activate(1)). */
async function activate(socket: string, command: readonly string[]): Promise<() => string> {
  const args = ['--listen', socket, '--fdname', 'api', '--setenv=PATH', ...command];
  child = spawn('systemd-socket-activate', args, { stdio: ['ignore', 'ignore', 'pipe'] });
  let said = '';
  child.stderr?.on('data', (chunk: Buffer) => (said += chunk.toString()));
  // Between bind(2) and listen(2) the socket is there and refuses.
  await until('the socket', () => (said.includes(`Listening on ${socket}`) ? true : undefined));
  return () => said;
}

async function version(socket: string): Promise<number> {
  const answer = await requestOverSocket({ socketPath: socket, method: 'GET', target: '/version' });
  answer.body.resume();
  return answer.status;
}

describe('socket activation', () => {
  test('a client that comes before berthd waits, and is served on the passed socket', async () => {
    const socket = join(root, 'api.sock');
    const own = join(root, 'own.sock');
    await activate(socket, berthdWith(socket, own));
    expect(await version(socket)).toBe(200);
    expect(await version(own)).toBe(200);
  });

  test('the passed socket is left where it is, with the rights it had; its own is removed', async () => {
    const socket = join(root, 'api.sock');
    const own = join(root, 'own.sock');
    const said = await activate(socket, berthdWith(socket, own));
    expect(await version(socket)).toBe(200);
    await until('berthd to be ready', () =>
      said().includes('berthd is ready') ? true : undefined,
    );
    child?.kill('SIGTERM');
    if (child !== undefined) await once(child, 'exit');
    expect(existsSync(socket)).toBe(true);
    expect(existsSync(own)).toBe(false);
  });

  test('a passed socket that the configuration does not name is served too', async () => {
    const socket = join(root, 'api.sock');
    const own = join(root, 'own.sock');
    await activate(socket, berthdWith(own));
    expect(await version(socket)).toBe(200);
  });

  test('descriptors for another process are none of its business', async () => {
    const own = join(root, 'own.sock');
    const [program = '', ...args] = berthdWith(own);
    const env = { ...process.env, LISTEN_PID: '1', LISTEN_FDS: '1' };
    child = spawn(program, args, { stdio: 'ignore', env });
    // As above, before berthd listens.
    const status = await until('an answer', () => version(own).catch(() => undefined));
    expect(status).toBe(200);
  });
});
