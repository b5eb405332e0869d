import { AT_FDCWD, O_CLOEXEC } from '../../runtime/syscall/constants/fs.ts';
import { ProgramBuilder } from '../../runtime/syscall/program-builder.ts';

/** What containers run as, in the policy of every distribution. */
const containerContext = 'system_u:system_r:container_t:s0';
/** O_RDWR of open(2). */
const O_RDWR = 2;

/** Label of the step that fails with EINVAL when the policy does not know the type. */
export const validateStep = 'ask whether the policy knows container_t';

/**
 * Asks the kernel whether a context is valid in the loaded policy: that is what writing to selinuxfs's `context` does
 * (security_check_context(3)). Changes nothing.
 */
export function containerContextProgram(): ProgramBuilder {
  const program = new ProgramBuilder('ask SELinux');
  const path = program.string('/sys/fs/selinux/context');
  const flags = O_RDWR | O_CLOEXEC;
  const file = program.call('open /sys/fs/selinux/context', 'openat', [AT_FDCWD, path, flags, 0]);
  const context = program.string(containerContext);
  // The kernel wants the final zero byte too.
  program.call(validateStep, 'write', [file, context, containerContext.length + 1]);
  return program;
}
