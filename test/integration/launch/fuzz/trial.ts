import { chmodSync, chownSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isBerthError } from '../../../../runtime/errors/berth-error.ts';
import type { StartRequest } from '../../../../runtime/launch/plan-start.ts';
import { parseSpec } from '../../../../runtime/spec/parse-spec.ts';
import type { Machine } from '../machine.ts';
import { finish } from '../executed.ts';
import { expectNothingLeft } from '../own-leftovers.ts';
import { differences } from './seen-from-outside.ts';

/** What came of a config: it ran as told, or an error said what is wrong with it. */
export type Outcome =
  | { readonly kind: 'ran'; readonly executed: boolean }
  | { readonly kind: 'refused'; readonly code: string; readonly message: string };

/** How long a container's end may take after SIGKILL, and how long it may take to clean up behind it. */
const patienceMs = 10_000;

/**
 * Starts a container of a config and ends it again.
 * @throws when it hangs, runs otherwise than told, says nothing of use, or leaves something.
 */
export async function trial(machine: Machine, config: unknown): Promise<Outcome> {
  const request = machine.request(['true']);
  const outcome = await outcomeOf(machine, request, config);
  await expectNothingLeft(machine);
  return outcome;
}

async function outcomeOf(
  machine: Machine,
  template: StartRequest,
  config: unknown,
): Promise<Outcome> {
  let pid: number;
  let request = template;
  try {
    request = { ...template, spec: parseSpec(config) };
    giveToUser(machine, request);
    ({ pid } = await machine.runtime.start(request));
  } catch (error) {
    return refusal(error);
  }
  const different = differences(pid, request.spec, machine.folder);
  const executed = await inTime(execute(machine, request), 'what is executed does not end');
  await end(machine, request);
  if (different && different.length > 0) throw new Error(different.join('; '));
  return { kind: 'ran', executed };
}

/** Executes a program in the container, with all that its own process has: it comes to its end, or an error says why not. */
async function execute(machine: Machine, request: StartRequest): Promise<boolean> {
  const { id, spec, runDir } = request;
  const target = await (await machine.runtime.connect(runDir))?.target();
  if (!target) return false;
  const process = { ...spec.process, args: ['/bin/true'], terminal: false };
  const streams = { stdin: 'none', stdout: 'open', stderr: 'open' } as const;
  try {
    const { session } = await machine.runtime.exec({ id, spec, process, target, runDir, streams });
    await finish(session);
    return true;
  } catch (error) {
    // Its limits may be too narrow to live.
    if (!isBerthError(error, 'CONTAINER_NOT_RUNNING')) refusal(error);
    return false;
  }
}

async function inTime<Value>(promise: Promise<Value>, message: string): Promise<Value> {
  const late = new AbortController();
  const tooLate = sleep(patienceMs, undefined, { signal: late.signal }).then((): never => {
    throw new Error(message);
  });
  return Promise.race([promise, tooLate]).finally(() => {
    late.abort();
  });
}

/** What whoever maps ids has to do: the layers can be reached, and the writable folders belong to the container's root. */
function giveToUser({ folder }: Machine, { spec, rootfs }: StartRequest): void {
  const root = spec.linux.uidMappings.find(({ containerID }) => containerID === 0)?.hostID;
  if (root === undefined || rootfs.type !== 'overlay') return;
  chmodSync(folder, 0o755);
  for (const path of [dirname(rootfs.upper), rootfs.upper, rootfs.work]) {
    chmodSync(path, 0o755);
    chownSync(path, root, root);
  }
}

/** Codes that say too little by themselves, and such that must never come up. */
const useless = new Set(['PROGRAM_CRASHED', 'PROGRAM_TIMEOUT', 'LAUNCHER_LOST', 'SYSCALL_FAILED']);

function refusal(error: unknown): Outcome {
  if (!isBerthError(error) || useless.has(error.code)) throw error;
  const { code, message, details } = error;
  // Each names what it is about: a field, a hook, a path or a name, or the step with its errno.
  const names = ['field', 'fields', 'problems'].some((key) => key in details);
  if (!names && !/ hook \#\d|'[^']|"[^"]|: .*: E[A-Z0-9]+$/s.test(message)) throw error;
  return { kind: 'refused', code, message };
}

/** Kills the container, which must end its monitor, with an exit record. */
async function end(machine: Machine, { runDir }: StartRequest): Promise<void> {
  const monitor = await machine.runtime.connect(runDir);
  monitor?.signal(9);
  await inTime(Promise.resolve(monitor?.closed), 'the container does not end when it is killed');
  if (!(await machine.runtime.readExit(runDir))) throw new Error('there is no exit record');
}
