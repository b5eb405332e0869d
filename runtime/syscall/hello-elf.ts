import type { Architecture } from './architecture.ts';
import { Aarch64Assembler } from './assembler/aarch64.ts';
import type { CodeBuffer } from './assembler/code-buffer.ts';
import { rax, rdi, rdx, rsi, X86Assembler } from './assembler/x86-64.ts';
import { writeElf } from './elf.ts';
import { callNumber } from './tables/call-number.ts';

const standardOutput = 1;

/**
 * A static executable that prints a text and exits with 0: the program of the hello-world image that berth carries.
 * The same text gives the same bytes, always.
 */
export function helloElf(architecture: Architecture, text: string): Uint8Array {
  const message = Buffer.from(text);
  const code = assemblers[architecture](message.length);
  code.assembler.place(code.message);
  code.assembler.data(message);
  return writeElf({ architecture, code: code.assembler.finish() });
}

interface HelloCode {
  readonly assembler: CodeBuffer;
  /** Where the code expects the text. */
  readonly message: ReturnType<CodeBuffer['label']>;
}

const assemblers: Readonly<Record<Architecture, (length: number) => HelloCode>> = {
  x86_64: (length) => {
    const a = new X86Assembler();
    const message = a.label('message');
    a.loadImmediate(rdi, standardOutput);
    a.addressOf(rsi, message);
    a.loadImmediate(rdx, length);
    a.loadImmediate(rax, callNumber('x86_64', 'write'));
    a.syscall();
    a.op('xor', rdi, rdi);
    a.loadImmediate(rax, callNumber('x86_64', 'exit_group'));
    a.syscall();
    return { assembler: a, message };
  },
  aarch64: (length) => {
    const a = new Aarch64Assembler();
    const message = a.label('message');
    a.loadImmediate(0, standardOutput);
    a.addressOf(1, message);
    a.loadImmediate(2, length);
    a.loadImmediate(8, callNumber('aarch64', 'write'));
    a.syscall();
    a.loadImmediate(0, 0);
    a.loadImmediate(8, callNumber('aarch64', 'exit_group'));
    a.syscall();
    return { assembler: a, message };
  },
};
