import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { AF_UNIX, SOCK_DGRAM, SOL_SOCKET } from '../../../runtime/syscall/constants/io.ts';
import { Launcher } from '../../../runtime/syscall/launcher.ts';
import { notifyProgram } from '../../../runtime/syscall/notify-program.ts';
import type { Address } from '../../../runtime/syscall/program.ts';
import { ProgramBuilder } from '../../../runtime/syscall/program-builder.ts';
import { until } from '../scripts/support/until.ts';
import { removeTree } from '../../support/remove-tree.ts';

let launcher: Launcher;
let folder: string;

beforeAll(async () => {
  launcher = await Launcher.start();
  folder = mkdtempSync(join(tmpdir(), 'berth-notify-'));
});
afterAll(async () => {
  await launcher.stop();
  removeTree(folder);
});

// include/uapi/asm-generic/socket.h
const SO_PASSCRED = 16;
const textRoom = 256;
const controlRoom = 64;

/** What a service manager does: receives one datagram and the credentials of its sender. */
function receiver(name: string): ProgramBuilder {
  const p = new ProgramBuilder('service manager');
  const socket = p.call('make a socket', 'socket', [AF_UNIX, SOCK_DGRAM, 0]);
  const one = p.bytes(Buffer.from([1, 0, 0, 0]));
  p.call('want credentials', 'setsockopt', [socket, SOL_SOCKET, SO_PASSCRED, one, 4]);
  const path = name.startsWith('@') ? `\0${name.slice(1)}` : `${name}\0`;
  const address = Buffer.alloc(2 + path.length);
  address.writeUInt16LE(AF_UNIX);
  address.write(path, 2);
  p.call('bind', 'bind', [socket, p.bytes(address), address.length]);
  // struct msghdr with room for the text and one control message.
  const header = Buffer.alloc(56);
  header.writeBigUInt64LE(1n, 24);
  header.writeBigUInt64LE(BigInt(controlRoom), 40);
  const vector = Buffer.alloc(16);
  vector.writeBigUInt64LE(BigInt(textRoom), 8);
  const [message, pieces] = [p.bytes(header), p.bytes(vector)];
  const text: Address = p.reserve(textRoom);
  const control: Address = p.reserve(controlRoom);
  p.pointer(message.at(16), pieces);
  p.pointer(message.at(32), control);
  p.pointer(pieces, text);
  const length = p.call('receive', 'recvmsg', [socket, message, 0]);
  p.reply(control, controlRoom);
  p.reply(text, length);
  return p;
}

/** Whether a socket is bound; an abstract one has no file. */
const isBound = (name: string): boolean =>
  name.startsWith('@')
    ? process.getBuiltinModule('fs').readFileSync('/proc/net/unix', 'utf8').includes(name)
    : existsSync(name);

async function exchange(name: string, text: string, sender: number): Promise<Buffer> {
  const received = launcher.run(receiver(name));
  await until('the socket', () => (isBound(name) ? true : undefined));
  await launcher.run(notifyProgram({ socket: name, text, sender }));
  return (await received).data;
}

describe('the notification of a service manager', () => {
  test.for(['path', '@abstract'])(
    'arrives in the name of the main process, at a %s',
    async (kind) => {
      const name = kind === 'path' ? join(folder, 'notify') : `@berth-test-${process.pid}`;
      const data = await exchange(name, 'READY=1\nSTATUS=ready — bereit', process.pid);
      expect(data.subarray(controlRoom).toString()).toBe('READY=1\nSTATUS=ready — bereit');
      // struct cmsghdr {length, SOL_SOCKET, SCM_CREDENTIALS}, struct ucred {pid, uid, gid}
      expect(data.readUInt32LE(8)).toBe(SOL_SOCKET);
      expect(data.readUInt32LE(12)).toBe(2);
      expect([16, 20, 24].map((at) => data.readUInt32LE(at))).toEqual([process.pid, 0, 0]);
    },
  );

  test('goes in its own name when the kernel does not allow another', async () => {
    const nobody = 2 ** 22 + 1;
    const name = join(folder, 'other');
    const data = await exchange(name, 'READY=1', nobody);
    expect(data.subarray(controlRoom).toString()).toBe('READY=1');
    expect(data.readUInt32LE(16)).not.toBe(nobody);
  });

  test('to nobody is an error that says so', async () => {
    const program = notifyProgram({ socket: join(folder, 'none'), text: 'x', sender: process.pid });
    await expect(launcher.run(program)).rejects.toMatchObject({
      message: 'notify the service manager: send: ENOENT',
    });
  });
});
