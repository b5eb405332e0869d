import { spawnSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Architecture } from '../../../runtime/syscall/architecture.ts';
import { encodeProgram } from '../../../runtime/syscall/encode.ts';
import { executorElf } from '../../../runtime/syscall/executor/executor.ts';
import type { Program } from '../../../runtime/syscall/program.ts';
import { type Reply, ReplyParser } from '../../../runtime/syscall/reply-parser.ts';
import { removeTree } from '../../support/remove-tree.ts';

/** What an executor made of its input. */
export interface Outcome {
  readonly status: number | null;
  readonly signal: string | null;
  readonly replies: readonly Reply[];
}

/** Both executors run real programs here: the foreign one under QEMU's user-mode emulation. */
export const architectures: readonly Architecture[] = ['x86_64', 'aarch64'];

/** How to run an executable of each architecture on this machine. */
export const emulators: Readonly<Record<Architecture, readonly string[]>> = {
  x86_64: process.arch === 'x64' ? [] : ['qemu-x86_64-static'],
  aarch64: process.arch === 'arm64' ? [] : ['qemu-aarch64-static'],
};

/** Feeds raw bytes to an executor; replies are read from its standard output. */
export function feed(architecture: Architecture, input: Uint8Array): Outcome {
  const folder = mkdtempSync(join(tmpdir(), 'berth-executor-'));
  try {
    const file = join(folder, 'executor');
    writeFileSync(file, executorElf(architecture), { mode: 0o755 });
    const [command = file, ...args] = emulators[architecture].concat(file);
    const { status, signal, stdout } = spawnSync(command, args, { input, timeout: 20_000 });
    return { status, signal, replies: new ReplyParser().push(stdout) };
  } finally {
    removeTree(folder);
  }
}

/** The program as the executor reads it, with replies to standard output. */
export function bytesOf(architecture: Architecture, program: Program): Uint8Array {
  return encodeProgram(program, { architecture, id: 7, replyFd: 1 });
}

/** Runs a program on an executor. */
export function execute(architecture: Architecture, program: Program): Outcome {
  return feed(architecture, bytesOf(architecture, program));
}
