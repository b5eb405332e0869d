import { CLONE_NEWIPC, CLONE_NEWNS } from '../../runtime/syscall/constants/clone.ts';
import { MNT_DETACH, MS_PRIVATE, MS_REC } from '../../runtime/syscall/constants/mount.ts';
import { ProgramBuilder } from '../../runtime/syscall/program-builder.ts';

/** KEYCTL_JOIN_SESSION_KEYRING of keyctl(2) (include/uapi/linux/keyctl.h, Linux 6.12). */
const KEYCTL_JOIN_SESSION_KEYRING = 1;

/** Mounts message queues (mq_overview(7)) over a folder that every host has, in namespaces that end with the program. */
export function mqueueProgram(): ProgramBuilder {
  const program = new ProgramBuilder('try message queues');
  const namespaces = CLONE_NEWNS | CLONE_NEWIPC;
  program.call('make mount and ipc namespaces', 'unshare', [namespaces]);
  program.call('keep mounts private', 'mount', [0, program.string('/'), 0, MS_REC | MS_PRIVATE, 0]);
  const type = program.string('mqueue');
  program.call('mount mqueue', 'mount', [type, program.string('/dev'), type, 0, 0]);
  program.call('unmount mqueue', 'umount2', [program.string('/dev'), MNT_DETACH]);
  return program;
}

/** Makes a session key ring for the program's own process, which ends with it (keyctl(2)). */
export function keyRingProgram(): ProgramBuilder {
  const program = new ProgramBuilder('try a key ring');
  const name = program.string('berth-check');
  program.call('make a session key ring', 'keyctl', [KEYCTL_JOIN_SESSION_KEYRING, name]);
  return program;
}
