import type { Architecture } from '../architecture.ts';
import type { CodeBuffer } from '../assembler/code-buffer.ts';
import { writeElf } from '../elf.ts';
import { assembleAarch64Executor } from './aarch64.ts';
import { assembleX86Executor } from './x86-64.ts';

const assemblers: Readonly<Record<Architecture, () => CodeBuffer>> = {
  x86_64: assembleX86Executor,
  aarch64: assembleAarch64Executor,
};

/** The executor's assembled code with its listing, for the tests. */
export function assembleExecutor(architecture: Architecture): CodeBuffer {
  return assemblers[architecture]();
}

/**
 * The executor: a static ELF executable of about a kilobyte that reads a syscall program (layout.ts) from standard
 * input and runs it. The exit status is the program's own; 1 after a step that failed; the errno for input that is
 * no program (EBADMSG), is cut short (EPIPE) or is too large (E2BIG).
 */
export function executorElf(architecture: Architecture): Uint8Array {
  return writeElf({ architecture, code: assembleExecutor(architecture).finish() });
}
