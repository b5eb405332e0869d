import type { Personality } from '../../spec/personality.ts';
import { PER_LINUX, PER_LINUX32 } from '../../syscall/constants/scheduling.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';

const domains: Readonly<Record<Personality['domain'], number>> = {
  LINUX: PER_LINUX,
  LINUX32: PER_LINUX32,
};

/**
 * Sets the execution domain, which execve(2) keeps (personality(2)). Before the seccomp filter: profiles such as Docker's
 * allow only some domains. An AArch64 processor that cannot run 32-bit programs answers EINVAL to LINUX32.
 */
export function setPersonality(p: ProgramBuilder, { domain }: Personality): void {
  p.call(`set linux.personality to ${domain}`, 'personality', [domains[domain]]);
}
