import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { SpecInput } from '../../../runtime/spec/spec.ts';
import { AT_FDCWD, O_CREAT, O_WRONLY } from '../../../runtime/syscall/constants/fs.ts';
import { AF_UNIX, SOCK_STREAM } from '../../../runtime/syscall/constants/io.ts';
import { PR_SET_PDEATHSIG, SIGKILL } from '../../../runtime/syscall/constants/process.ts';
import { ProgramBuilder } from '../../../runtime/syscall/program-builder.ts';
import { type Change, records } from './machine.ts';
import { useMachine } from './use-machine.ts';

const machine = useMachine();

// include/uapi/linux/seccomp.h: struct seccomp_notif {u64 id; u32 pid, flags; struct seccomp_data}, 80 bytes;
// struct seccomp_notif_resp {u64 id; s64 val; s32 error; u32 flags}, 24 bytes.
const SECCOMP_IOCTL_NOTIF_RECV = 0xc0502100;
const SECCOMP_IOCTL_NOTIF_SEND = 0xc0182101;
const ENOMEDIUM = 123;

const stateSize = 2048;

/**
 * A seccomp agent at a socket, in a process of its own: takes one listener, writes the state that came with it to
 * `<path>.state` when the connection has ended, and answers one call with ENOMEDIUM. Resolves once it listens.
 */
async function serveAgent(path: string): Promise<void> {
  const p = new ProgramBuilder('agent');
  p.call('end with the launcher', 'prctl', [PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0]);
  const address = Buffer.from(`\u0001\0${path}\0`);
  const socket = p.call('socket', 'socket', [AF_UNIX, SOCK_STREAM, 0]);
  p.call('bind', 'bind', [socket, p.bytes(address), address.length]);
  p.call('listen', 'listen', [socket, 1]);
  p.reply(p.reserve(8), 8);

  const connection = p.call('accept', 'accept4', [socket, 0, 0, 0]);
  const [buffer, control] = [p.reserve(stateSize), p.reserve(24)];
  const [header, vector] = [p.bytes(new Uint8Array(56)), p.bytes(new Uint8Array(16))];
  p.pointer(vector, buffer);
  p.set(vector.at(8), stateSize);
  p.pointer(header.at(16), vector);
  p.set(header.at(24), 1);
  p.pointer(header.at(32), control);
  p.set(header.at(40), 24);
  const length = p.call('receive', 'recvmsg', [connection, header, 0]);
  const rest = p.call('wait for the end', 'read', [connection, p.reserve(8), 8]);
  const ended = p.label();
  p.jumpIf('eq', rest, 0, ended);
  p.exit(1);
  p.place(ended);
  const file = p.string(`${path}.state`);
  const fd = p.call('open', 'openat', [AT_FDCWD, file, O_WRONLY | O_CREAT, 0o600]);
  p.call('write', 'write', [fd, buffer, length]);

  const [notification, answer] = [p.reserve(80), p.reserve(24)];
  const listener = p.value32(control.at(16));
  p.call('hear', 'ioctl', [listener, SECCOMP_IOCTL_NOTIF_RECV, notification]);
  p.set(answer, p.value(notification));
  p.set(answer.at(16), 2 ** 32 - ENOMEDIUM);
  p.call('answer', 'ioctl', [listener, SECCOMP_IOCTL_NOTIF_SEND, answer]);
  p.exit(0);
  await machine().launcher.spawn(p);
}

function profile(
  listenerPath: string,
  change: Partial<NonNullable<NonNullable<SpecInput['linux']>['seccomp']>> = {},
): Change {
  return {
    linux: {
      seccomp: {
        defaultAction: 'SCMP_ACT_ALLOW',
        syscalls: [{ names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_NOTIFY' }],
        listenerPath,
        listenerMetadata: 'of "the" test',
        ...change,
      },
    },
  };
}

describe('a filter that asks an agent', () => {
  it.each([
    ['before it becomes its user', { noNewPrivileges: false }],
    ['as the last thing, with no_new_privs', { noNewPrivileges: true }],
    ['with a terminal', { terminal: true }],
  ])('is installed %s, and its listener handed over', async (_, process) => {
    const path = `${machine().folder}/agent-${JSON.stringify(process).length}`;
    await serveAgent(path);
    const change = { ...profile(path), process: { ...process, user: { uid: 1000, gid: 1000 } } };
    const request = machine().request(['mkdir', '/tmp/made'], change);
    const { pid } = await machine().runtime.start(request);
    await (
      await machine().runtime.connect(request.runDir)
    )?.closed;
    const exit = await machine().runtime.readExit(request.runDir);
    const output = records(request.logFile).map(({ payload }) => payload);
    expect(output.join('')).toContain("can't create directory '/tmp/made': No medium found");
    expect(exit?.exitCode).toBe(1);
    expect(JSON.parse(readFileSync(`${path}.state`, 'utf8'))).toEqual({
      ociVersion: '1.2.1',
      fds: ['seccompFd'],
      pid,
      metadata: 'of "the" test',
      state: {
        ociVersion: '1.2.1',
        id: request.id,
        status: 'creating',
        pid,
        bundle: request.runDir,
        annotations: {},
      },
    });
  });

  it('leaves no descriptor of it in the container', async () => {
    const path = `${machine().folder}/agent-fd`;
    await serveAgent(path);
    const script = 'mkdir /x; for f in /proc/self/fd/*; do [ -e $f ] && echo ${f##*/}; done; true';
    const { stdout } = await machine().run(['sh', '-c', script], profile(path));
    expect(stdout).toBe('0\n1\n2\n');
  });

  it('does not start when there is no agent', async () => {
    const request = machine().request(['true'], profile('/no/such/agent'));
    await expect(machine().runtime.start(request)).rejects.toMatchObject({
      code: 'START_FAILED',
      message: expect.stringContaining(
        'linux.seccomp.listenerPath /no/such/agent: failed to connect with seccomp agent: ENOENT',
      ) as string,
    });
  });

  it('ends also when it waits for the answer of an agent that is not there', async () => {
    const syscalls = [{ names: ['read'], action: 'SCMP_ACT_NOTIFY' as const }];
    const request = machine().request(['true'], profile('/no/such/agent', { syscalls }));
    await expect(machine().runtime.start(request)).rejects.toMatchObject({ code: 'START_FAILED' });
  });

  it('needs no agent when no call is handed to one', async () => {
    const change = profile('/no/such/agent', { syscalls: [] });
    expect(await machine().shell('mkdir /x; echo made', change)).toBe('made');
  });

  it('is told apart from a start that fails under it', async () => {
    const syscalls = [
      { names: ['mkdir', 'mkdirat'], action: 'SCMP_ACT_NOTIFY' as const },
      { names: ['write'], action: 'SCMP_ACT_KILL_PROCESS' as const },
    ];
    const request = machine().request(['true'], profile('/no/such/agent', { syscalls }));
    await expect(machine().runtime.start(request)).rejects.toMatchObject({
      message: expect.stringContaining('the container ended under its seccomp filter') as string,
    });
  });
});
