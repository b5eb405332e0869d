import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import type { StartRequest } from '../../../runtime/launch/plan-start.ts';
import type { SpecInput } from '../../../runtime/spec/spec.ts';
import { AT_FDCWD, O_RDONLY, O_WRONLY } from '../../../runtime/syscall/constants/fs.ts';
import { AF_UNIX, SOCK_STREAM } from '../../../runtime/syscall/constants/io.ts';
import { PR_SET_PDEATHSIG, SIGKILL } from '../../../runtime/syscall/constants/process.ts';
import { ProgramBuilder } from '../../../runtime/syscall/program-builder.ts';
import type { Change, Machine } from '../launch/machine.ts';

// include/uapi/linux/seccomp.h: struct seccomp_notif of 80 bytes, its pid at 8; struct seccomp_notif_resp of 24.
const SECCOMP_IOCTL_NOTIF_RECV = 0xc0502100;
const SECCOMP_IOCTL_NOTIF_SEND = 0xc0182101;
const SECCOMP_USER_NOTIF_FLAG_CONTINUE = 1;

/** A process that is to be held at its execve(2), when it has given up all that it had more than its program will have. */
export interface Hold {
  /** The filter of its config. */
  readonly seccomp: Seccomp;
  /** Its pid on the host, once it is there. */
  held(): Promise<number>;
  /** Lets it go on. */
  goOn(): Promise<void>;
}

type Seccomp = NonNullable<NonNullable<SpecInput['linux']>['seccomp']>;

/** An agent that holds a process of a container. Resolves once it listens. */
export async function holdAtExec(machine: Machine): Promise<Hold> {
  const folder = mkdtempSync(`${machine.folder}/hold-`);
  const [agent, held, goOn] = [`${folder}/agent`, `${folder}/held`, `${folder}/go-on`] as const;
  execFileSync('mkfifo', [held, goOn]);
  await startAgent(machine, { agent, held, goOn });
  return {
    seccomp: {
      defaultAction: 'SCMP_ACT_ALLOW',
      syscalls: [{ names: ['execve'], action: 'SCMP_ACT_NOTIFY' }],
      listenerPath: agent,
    },
    held: async () => (await readFile(held)).readUInt32LE(),
    goOn: () => writeFile(goOn, ''),
  };
}

/** Starts a container, looks at its first process as it is held, and runs it to its end. Gives the request. */
export async function whileStartIsHeld(
  machine: Machine,
  change: Change,
  look: (pid: number) => Promise<void> | void,
): Promise<StartRequest> {
  const hold = await holdAtExec(machine);
  const linux = { ...change.linux, seccomp: hold.seccomp };
  const request = machine.request(['true'], { ...change, linux });
  const started = machine.runtime.start(request);
  const pid = await hold.held();
  try {
    await look(pid);
  } finally {
    await hold.goOn();
  }
  await started;
  await (
    await machine.runtime.connect(request.runDir)
  )?.closed;
  return request;
}

/** A socket, and two pipes with names: the one says who is held, the other lets it go on. */
interface Gate {
  readonly agent: string;
  readonly held: string;
  readonly goOn: string;
}

async function startAgent(machine: Machine, { agent, held, goOn }: Gate): Promise<void> {
  const p = new ProgramBuilder('agent');
  p.call('end with the launcher', 'prctl', [PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0]);
  const address = Buffer.from(`\u0001\0${agent}\0`);
  const socket = p.call('socket', 'socket', [AF_UNIX, SOCK_STREAM, 0]);
  p.call('bind', 'bind', [socket, p.bytes(address), address.length]);
  p.call('listen', 'listen', [socket, 1]);
  p.reply(p.reserve(8), 8);
  const connection = p.call('accept', 'accept4', [socket, 0, 0, 0]);
  const [buffer, control] = [p.reserve(4096), p.reserve(24)];
  const [header, vector] = [p.bytes(new Uint8Array(56)), p.bytes(new Uint8Array(16))];
  p.pointer(vector, buffer);
  p.set(vector.at(8), 4096);
  p.pointer(header.at(16), vector);
  p.set(header.at(24), 1);
  p.pointer(header.at(32), control);
  p.set(header.at(40), 24);
  p.call('receive', 'recvmsg', [connection, header, 0]);

  const listener = p.value32(control.at(16));
  const [notification, answer] = [p.reserve(80), p.reserve(24)];
  p.call('hear', 'ioctl', [listener, SECCOMP_IOCTL_NOTIF_RECV, notification]);
  const out = p.call('open', 'openat', [AT_FDCWD, p.string(held), O_WRONLY, 0]);
  p.call('say who is held', 'write', [out, notification.at(8), 4]);
  p.call('close', 'close', [out]);
  p.call('wait', 'openat', [AT_FDCWD, p.string(goOn), O_RDONLY, 0]);
  p.set(answer, p.value(notification));
  p.set(answer.at(16), SECCOMP_USER_NOTIF_FLAG_CONTINUE * 2 ** 32);
  p.call('answer', 'ioctl', [listener, SECCOMP_IOCTL_NOTIF_SEND, answer]);
  await machine.launcher.spawn(p);
}
