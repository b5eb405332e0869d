import type { Process } from '../../../runtime/spec/process.ts';
import type { ExecRequest } from '../../../runtime/launch/exec/plan-exec.ts';
import type { ExecSession } from '../../../runtime/launch/exec/exec-session.ts';
import type { StartRequest } from '../../../runtime/launch/plan-start.ts';
import type { Machine, Running } from './machine.ts';

/** What an executed process left when it ended. */
export interface Executed {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A container in which a test executes processes. */
export interface Box {
  readonly machine: Machine;
  readonly request: StartRequest;
  readonly running: Running;
}

/** Starts a container that does nothing but wait. */
export async function startBox(machine: Machine, request: StartRequest): Promise<Box> {
  return { machine, request, running: await machine.start(request) };
}

/** Ends it. */
export async function endBox({ running }: Box): Promise<void> {
  running.monitor.signal(9);
  await running.ended();
}

/** The request to execute `args` as the container's own process, but for the changes. */
export async function execRequest(
  { request, running }: Box,
  args: readonly string[],
  change: Partial<Process> = {},
): Promise<ExecRequest> {
  const target = await running.monitor.target();
  if (!target) throw new Error('the container has ended');
  return {
    id: request.id,
    spec: request.spec,
    process: { ...request.spec.process, ...change, args: [...args] },
    target,
    runDir: request.runDir,
    streams: { stdin: 'none', stdout: 'open', stderr: 'open' },
  };
}

/** Executes and reads to the end. */
export async function execute(
  box: Box,
  args: readonly string[],
  change: Partial<Process> = {},
): Promise<Executed> {
  const { session } = await box.machine.runtime.exec(await execRequest(box, args, change));
  return finish(session);
}

/** Reads what is executed to its end. */
export async function finish(
  session: ExecSession,
  encoding: BufferEncoding = 'utf8',
): Promise<Executed> {
  const output = { stdout: '', stderr: '' };
  for await (const pieces of session.output())
    for (const { stream, text } of pieces) output[stream] += text.toString(encoding);
  return { ...output, exitCode: session.exit.exitCode };
}
