import type { Process } from '../../spec/process.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { writeHostProcFile } from '../namespaces/host-proc-file.ts';

/**
 * Says what the process is to be confined by from execve(2) on: until then it goes on unconfined, as the start needs.
 * The current folder is the host's root. Only the process itself may write these files, with the credentials that it
 * opened them with (proc_pid_attr(5)).
 */
export function setSecurityLabels(p: ProgramBuilder, process: Process): void {
  const { selinuxLabel = '', apparmorProfile = '' } = process;
  if (selinuxLabel !== '') setSeLinuxLabel(p, selinuxLabel);
  if (apparmorProfile !== '') {
    writeHostProcFile(p, {
      label: `set process.apparmorProfile to ${apparmorProfile}`,
      proc: 'proc',
      // A folder of its own since Linux 5.8, for hosts with several modules.
      files: ['self/attr/apparmor/exec', 'self/attr/exec'],
      value: `exec ${apparmorProfile}`,
    });
  }
}

function setSeLinuxLabel(p: ProgramBuilder, value: string): void {
  const label = `set process.selinuxLabel to ${value}`;
  writeHostProcFile(p, { label, proc: 'proc', files: ['self/attr/exec'], value });
  // The session keyring that the process gets before it executes: with another label its program could not use it.
  const keys = `${label}, for its keyring`;
  writeHostProcFile(p, { label: keys, proc: 'proc', files: ['self/attr/keycreate'], value });
}
