import { readFileSync, writeFileSync } from 'node:fs';
import { copyText, findLine, lineParts } from '../../../runtime/container/logs/log-line.ts';
import { currentArchitecture } from '../../../runtime/syscall/architecture.ts';
import { encodeProgram } from '../../../runtime/syscall/encode.ts';
import { errnoName } from '../../../runtime/syscall/errno.ts';
import { executorElf } from '../../../runtime/syscall/executor/executor.ts';
import type { ProgramBuilder } from '../../../runtime/syscall/program-builder.ts';
import { ReplyParser } from '../../../runtime/syscall/reply-parser.ts';
import type { StartRequest } from '../../../runtime/launch/plan-start.ts';
import type { Change, Machine, Running } from '../launch/machine.ts';

/** What a syscall program that ran inside a container has said. */
export interface Said {
  /** All of its replies, joined. */
  readonly data: Buffer;
  /** Such as `write to the executor: EPERM`: the step that failed, with its errno. */
  readonly failure: string | undefined;
}

let number = 0;

/**
 * What a container runs instead of a shell when an attack needs calls that no command makes: a syscall program, carried
 * out by an executor of the container's own. What it replies is what it prints.
 */
export function programArgs(machine: Machine, program: ProgramBuilder): readonly string[] {
  number += 1;
  const name = `program-${number}`;
  const elf = executorElf(currentArchitecture());
  writeFileSync(machine.image('executor'), elf, { mode: 0o755 });
  writeFileSync(machine.image(name), encoded(program));
  return ['sh', '-c', `exec /executor < /${name}`];
}

/** A program that replies on its standard output. */
export function encoded(program: ProgramBuilder): Uint8Array {
  return encodeProgram(program, { architecture: currentArchitecture(), id: 1, replyFd: 1 });
}

/** Runs a syscall program inside a container, as whoever has broken into it could. */
export async function runInside(
  machine: Machine,
  program: ProgramBuilder,
  change: Change = {},
): Promise<Said> {
  const request = machine.request(programArgs(machine, program), change);
  await machine.finish(request);
  return said(request, program);
}

/** Starts a container with a syscall program that goes on after its first reply. */
export async function startInside(
  machine: Machine,
  program: ProgramBuilder,
  change: Change = {},
): Promise<Running & { reported(): Said }> {
  const request = machine.request(programArgs(machine, program), change);
  const running = await machine.start(request);
  return { ...running, reported: () => said(request, program) };
}

/** What a program has said to the log of its container. */
export function said({ logFile }: StartRequest, program: ProgramBuilder): Said {
  return saidIn(standardOutput(logFile), program);
}

/** What a syscall program has said, from what it has printed. */
export function saidIn(printed: Buffer, program: ProgramBuilder): Said {
  const replies = new ReplyParser().push(printed);
  const failed = replies.find((reply) => reply.kind === 'failed');
  return {
    data: Buffer.concat(replies.flatMap((reply) => (reply.kind === 'data' ? [reply.data] : []))),
    failure: failed && `${program.stepAt(failed.step)?.label ?? ''}: ${errnoName(failed.errno)}`,
  };
}

/** The bytes of standard output in a log (runtime/container/logs/log-line.ts). */
function standardOutput(logFile: string): Buffer {
  const log = readFileSync(logFile);
  const line = lineParts();
  const texts: Buffer[] = [];
  for (let at = 0; at < log.length; at = line.end) {
    findLine(log, at, line);
    const text = Buffer.alloc(line.textEnd - line.text);
    if (line.stream === 'stdout') texts.push(text.subarray(0, copyText(log, line, text, 0)));
  }
  return Buffer.concat(texts);
}
