import { BerthError } from '../errors/berth-error.ts';
import { orIfMissing, readFile, writeFileWhole } from '../host/files.ts';
import { connectUnix, type Socket } from '../host/sockets.ts';
import { header } from '../syscall/layout.ts';
import { stepBytes, type Program } from '../syscall/program.ts';
import { stepFailure } from '../syscall/step-failure.ts';
import { ReplyParser } from '../syscall/reply-parser.ts';
import { gateName } from './channels/gate-name.ts';
import { readStartAnswer } from './hooks/start-answer.ts';
import { gateLabel } from './channels/start-gate.ts';
import { startError } from './start-error.ts';

/** File of the run folder that keeps what the steps after the gate are called: another process starts the container. */
const stepsName = 'last-steps.json';

interface LastSteps {
  /** Offsets in the program, labels and calls. */
  readonly steps: readonly (readonly [offset: number, label: string, call: string])[];
  /** What the container executes, as its config has it. */
  readonly program: string;
}

/** Keeps the names of the steps that a start carries out. */
export async function saveLastSteps(
  runDir: string,
  { program, of }: { readonly program: Program; readonly of: string },
): Promise<void> {
  let offset: number = header.size;
  const all = program.steps.map((step) => {
    const { label, call = '' } = step;
    const named = [offset, label, call] as const;
    offset += stepBytes(step);
    return named;
  });
  const steps = all.slice(all.findIndex(([, label]) => label === gateLabel));
  const last: LastSteps = { steps, program: of };
  await writeFileWhole(`${runDir}/${stepsName}`, JSON.stringify(last), {
    mode: 0o600,
    durability: 'memory',
  });
}

/**
 * Starts a container that `OciRuntime.create` has made: resolves once its program has been executed.
 *
 * @param runDir the run folder it was made with.
 * @throws CONTAINER_NOT_CREATED nobody waits at the gate: it was started already, or has ended.
 * @throws EXEC_NOT_FOUND, EXEC_NOT_EXECUTABLE, START_FAILED naming the step, HOOK_FAILED naming the hook.
 */
export async function startCreated(runDir: string): Promise<void> {
  const gate = await connectUnix(`${runDir}/${gateName}`);
  if (!gate) {
    throw new BerthError('CONTAINER_NOT_CREATED', {
      message:
        'The container does not wait for its start; wanted one that was created and not started yet.',
      remedy: 'Look at its state; a container can be started once.',
      details: { runDir },
    });
  }
  const failure = await readFailure(gate);
  if (!failure) return;
  const { steps, program } = await readSteps(runDir);
  const unknown = [failure.step, `step ${failure.step}`, ''] as const;
  const [, label, call] = steps.find(([offset]) => offset === failure.step) ?? unknown;
  throw startError(stepFailure({ program: 'start', label, call, errno: failure.errno }), {
    program,
  });
}

async function readSteps(runDir: string): Promise<LastSteps> {
  const text = await orIfMissing(readFile(`${runDir}/${stepsName}`, 'utf8'), undefined);
  return text === undefined ? { steps: [], program: '' } : (JSON.parse(text) as LastSteps);
}

/** What comes before the connection closes, which it does on exec. */
async function readFailure(
  gate: Socket,
): Promise<{ readonly step: number; readonly errno: number } | undefined> {
  const parser = new ReplyParser();
  let failure: { readonly step: number; readonly errno: number } | undefined;
  for await (const chunk of gate as AsyncIterable<Buffer>) {
    for (const reply of parser.push(chunk)) {
      if (reply.kind === 'failed') failure = reply;
      // What comes besides failures is the end of a hook; see `FailedHook`.
      if (reply.kind === 'data') readStartAnswer(reply.data);
    }
  }
  return failure;
}
