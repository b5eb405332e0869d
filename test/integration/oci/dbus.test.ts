import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DBusConnection, DBusError } from '../../../runtime/host/dbus/dbus-connection.ts';
import { dbus, textOf } from '../../../runtime/host/dbus/dbus-value.ts';
import { SystemdManager } from '../../../runtime/oci/systemd/systemd-manager.ts';
import { removeTree } from '../../support/remove-tree.ts';

const hasDaemon = spawnSync('dbus-daemon', ['--version']).status === 0;

/** What is called of a bus itself. */
const bus = {
  destination: 'org.freedesktop.DBus',
  path: '/org/freedesktop/DBus',
  interface: 'org.freedesktop.DBus',
};

const folder = mkdtempSync(join(tmpdir(), 'berth-dbus-'));

afterAll(() => {
  removeTree(folder);
});

describe.skipIf(!hasDaemon)('with a bus', () => {
  let daemon: ChildProcess;
  const path = join(folder, 'bus');

  beforeAll(async () => {
    const args = ['--session', '--nofork', '--nopidfile', `--address=unix:path=${path}`];
    daemon = spawn('dbus-daemon', [...args, '--print-address'], {
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    // The address is printed when it listens.
    if (daemon.stdout) await once(daemon.stdout, 'data');
  });
  afterAll(() => daemon.kill());

  const open = async (): Promise<DBusConnection> => {
    const connection = await DBusConnection.open(path);
    if (connection === undefined) throw new Error(`nobody listens at ${path}`);
    return connection;
  };

  it('calls, is answered, and hears signals', async () => {
    const connection = await open();
    const heard: (string | undefined)[] = [];
    connection.onSignal = ({ member, body: [first] }) => {
      heard.push(member, textOf(first));
    };
    const [own] = await connection.call({ ...bus, member: 'Hello', body: [] });
    expect(textOf(own)).toMatch(/^:1\./);
    // What goes over the wire in a body of some size, and comes back.
    const name = `a.${'b'.repeat(200)}`;
    const request = { ...bus, member: 'RequestName', body: [dbus.string(name), dbus.uint32(4)] };
    expect(await connection.call(request)).toEqual([dbus.uint32(1)]);
    const [names] = await connection.call({ ...bus, member: 'ListNames', body: [] });
    const all = names?.type === 'a' ? names.items.map(textOf) : [];
    expect(all).toEqual(expect.arrayContaining([name, textOf(own), bus.destination]));
    expect(heard).toEqual(['NameAcquired', textOf(own), 'NameAcquired', name]);
    connection.close();
  });

  it('is told what went wrong', async () => {
    const connection = await open();
    await connection.call({ ...bus, member: 'Hello', body: [] });
    const call = connection.call({ ...bus, member: 'Nothing', body: [] });
    const error: unknown = await call.catch((cause: unknown) => cause);
    expect(error).toBeInstanceOf(DBusError);
    expect(error).toMatchObject({ errorName: 'org.freedesktop.DBus.Error.UnknownMethod' });
    connection.close();
  });

  it('is told that the other side has gone', async () => {
    const connection = await open();
    const lost = new Promise((resolve) => {
      connection.onLost = resolve;
    });
    daemon.kill();
    expect(await lost).toBeInstanceOf(Error);
    const call = connection.call({ ...bus, member: 'Hello', body: [] });
    await expect(call).rejects.toThrow('closed');
  });
});

describe('where no systemd is', () => {
  it('says so', async () => {
    const failing = SystemdManager.connect(join(folder, 'nobody'));
    await expect(failing).rejects.toMatchObject({ code: 'OCI_SYSTEMD_UNAVAILABLE' });
  });

  it.each([
    ['somebody who speaks otherwise', 'x'.repeat(2000)],
    ['somebody who lets nobody in', 'REJECTED EXTERNAL\r\n'],
  ])('%s is none', async (_who, answer) => {
    const server = createServer((socket) => socket.end(answer));
    const path = join(folder, 'other');
    await new Promise<void>((resolve) => server.listen(path, resolve));
    const failing = SystemdManager.connect(path);
    await expect(failing).rejects.toMatchObject({ code: 'OCI_SYSTEMD_UNAVAILABLE' });
    server.close();
  });
});
