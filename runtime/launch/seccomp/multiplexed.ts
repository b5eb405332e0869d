import type { SeccompCondition } from '../../spec/seccomp.ts';

/**
 * 32-bit x86 has two calls that stand for many: socketcall(2) and ipc(2), with the number of the real one as first
 * argument. A rule about `connect` must cover socketcall(3) too, or it would be idle talk.
 * https://github.com/torvalds/linux/blob/v6.18/include/uapi/linux/net.h and ipc.h
 */
const socketcall: readonly (string | undefined)[] = [
  undefined,
  ...['socket', 'bind', 'connect', 'listen', 'accept', 'getsockname', 'getpeername', 'socketpair'],
  ...['send', 'recv', 'sendto', 'recvfrom', 'shutdown', 'setsockopt', 'getsockopt'],
  ...['sendmsg', 'recvmsg', 'accept4', 'recvmmsg', 'sendmmsg'],
];

const ipc: readonly (string | undefined)[] = [
  undefined,
  ...['semop', 'semget', 'semctl', 'semtimedop', undefined, undefined, undefined, undefined],
  ...[undefined, undefined, 'msgsnd', 'msgrcv', 'msgget', 'msgctl', undefined, undefined],
  ...[undefined, undefined, undefined, undefined, 'shmat', 'shmdt', 'shmget', 'shmctl'],
];

/** Another way to make a call. */
export interface Multiplexed {
  readonly name: 'socketcall' | 'ipc';
  readonly condition: SeccompCondition;
}

/** How 32-bit x86 makes the named call through socketcall(2) or ipc(2); `undefined` when it does not. */
export function multiplexedAs(name: string): Multiplexed | undefined {
  const socketNumber = socketcall.indexOf(name);
  if (socketNumber !== -1) {
    const value = BigInt(socketNumber);
    return { name: 'socketcall', condition: { index: 0, op: 'SCMP_CMP_EQ', value, valueTwo: 0n } };
  }
  const ipcNumber = ipc.indexOf(name);
  if (ipcNumber === -1) return undefined;
  // The upper 16 bits are a version that the kernel takes off before it looks.
  const valueTwo = BigInt(ipcNumber);
  return {
    name: 'ipc',
    condition: { index: 0, op: 'SCMP_CMP_MASKED_EQ', value: 0xffffn, valueTwo },
  };
}
