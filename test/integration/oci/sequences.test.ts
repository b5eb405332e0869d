import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { isBerthError } from '../../../runtime/errors/berth-error.ts';
import { ContainerFolder } from '../../../runtime/oci/state/container-folder.ts';
import { shownState } from '../../../runtime/oci/state/shown-state.ts';
import type { Asked } from './commands-child.ts';
import { OciMachine } from './oci-machine.ts';

/** How many sequences: `BERTH_TEST_SEQUENCES=500` for a long look; `BERTH_TEST_SEED` for those of another run. */
const numRuns = Number(process.env['BERTH_TEST_SEQUENCES'] ?? 5);
const seed = Number(process.env['BERTH_TEST_SEED'] ?? 5);

let machine: OciMachine;
let child: ChildProcess | undefined;
beforeAll(() => {
  machine = new OciMachine();
  machine.config(['sleep', '1000']);
});
afterAll(() => {
  child?.kill('SIGKILL');
  machine.dispose();
});

/** Runs a command in a process that is there already; `undefined` when it died on the way. */
async function oci(argv: readonly string[], dieAfterMs?: number): Promise<number | undefined> {
  if (!child) {
    const stdio = ['ignore', 'ignore', 'ignore', 'ipc'] as const;
    child = fork(join(import.meta.dirname, 'commands-child.ts'), { stdio: [...stdio] });
    await once(child, 'message');
  }
  const worker = child;
  const both = new AbortController();
  const ended = Promise.race([
    once(worker, 'message', both).then(([status]) => status as number),
    once(worker, 'exit', both).then(() => undefined),
  ]).finally(() => {
    both.abort();
  });
  const all = ['--root', machine.root, '--log', join(machine.folder, 'log'), ...argv];
  const asked: Asked = { argv: all, workingDirectory: machine.bundle, dieAfterMs };
  worker.send(asked);
  const status = await ended;
  if (dieAfterMs !== undefined) {
    if (worker.exitCode === null && worker.signalCode === null) await once(worker, 'exit');
    child = undefined;
  }
  return status;
}

type Status = 'none' | 'created' | 'running' | 'paused' | 'stopped';

/** What a container is to be, and what it was when it was paused. */
interface Model {
  status: Status;
  pausedFrom: Status;
}

/** What a container is doing, as `berth oci state` has it. */
async function statusOf(id: string): Promise<string> {
  try {
    return (await shownState(new ContainerFolder(machine, id)))?.status ?? 'half made';
  } catch (error) {
    if (!isBerthError(error, 'OCI_CONTAINER_MISSING')) throw error;
    return existsSync(join(machine.root, id)) ? 'half made' : 'none';
  }
}

/** A command, the statuses in which it can be carried out, and what the container is then; nothing: as it was. */
interface Verb {
  readonly words: (id: string) => readonly string[];
  readonly from: readonly Status[];
  readonly to?: Status | 'as before the pause';
  /** Exit status when it is refused. */
  readonly refused?: number;
}

const alive = ['created', 'running'] as const;
const there = [...alive, 'paused', 'stopped'] as const;
const verbs: readonly Verb[] = [
  { words: (id) => ['create', id], from: ['none'], to: 'created' },
  { words: (id) => ['start', id], from: ['created'], to: 'running' },
  { words: (id) => ['exec', id, 'true'], from: alive, refused: 255 },
  { words: (id) => ['exec', '-d', id, 'sleep', '1000'], from: alive, refused: 255 },
  { words: (id) => ['pause', id], from: alive, to: 'paused' },
  { words: (id) => ['resume', id], from: ['paused'], to: 'as before the pause' },
  { words: (id) => ['kill', id, '0'], from: [...alive, 'paused'] },
  { words: (id) => ['kill', id, 'KILL'], from: [...alive, 'paused'], to: 'stopped' },
  { words: (id) => ['update', '--pids-limit', '100', id], from: [...alive, 'paused'] },
  { words: (id) => ['ps', '--format', 'json', id], from: there },
  { words: (id) => ['delete', id], from: ['created', 'stopped'], to: 'none' },
  { words: (id) => ['delete', '--force', id], from: ['none', ...there], to: 'none' },
];

/** A command that comes to its end: it does what it can do in this status, or is refused and changes nothing. */
class Whole implements fc.AsyncCommand<Model, string> {
  readonly verb: Verb;

  constructor(verb: Verb) {
    this.verb = verb;
  }

  check(): boolean {
    return true;
  }

  async run(model: Model, id: string): Promise<void> {
    const { words, from, to, refused = 1 } = this.verb;
    const fits = from.includes(model.status);
    const status = await oci(words(id));
    expect(status, `${String(this)} when ${model.status}`).toBe(fits ? 0 : refused);
    if (fits && to !== undefined) {
      if (to === 'paused') model.pausedFrom = model.status;
      model.status = to === 'as before the pause' ? model.pausedFrom : to;
    }
    // What was killed is on its way.
    await expect.poll(() => statusOf(id), { timeout: 10_000, interval: 1 }).toBe(model.status);
  }

  toString(): string {
    return this.verb.words('c').join(' ');
  }
}

/** A command whose berth dies in the middle of it: whatever it leaves, `delete --force` takes away. */
class Killed implements fc.AsyncCommand<Model, string> {
  readonly verb: Verb;
  readonly afterMs: number;

  constructor(verb: Verb, afterMs: number) {
    this.verb = verb;
    this.afterMs = afterMs;
  }

  check(): boolean {
    return true;
  }

  async run(model: Model, id: string): Promise<void> {
    await oci(this.verb.words(id), this.afterMs);
    await statusOf(id);
    expect(await oci(['delete', '--force', id])).toBe(0);
    model.status = 'none';
    expect(await statusOf(id)).toBe('none');
    machine.gone(id);
  }

  toString(): string {
    return `${this.verb.words('c').join(' ')} (killed after ${this.afterMs} ms)`;
  }
}

const whole = fc.constantFrom(...verbs).map((verb) => new Whole(verb));
const killed = fc
  .record({ verb: fc.constantFrom(...verbs), afterMs: fc.nat(40) })
  .map(({ verb, afterMs }) => new Killed(verb, afterMs));

describe('a container of another engine', () => {
  // `letDie` in runtime/oci/commands/kill.ts; without it this is red where the freezer is that of cgroup v1.
  it('dies of SIGKILL while it is paused', async () => {
    const id = machine.id();
    for (const command of ['create', 'start', 'pause'])
      expect(await oci([command, id]), command).toBe(0);
    expect(await oci(['kill', id, 'KILL'])).toBe(0);
    await expect.poll(() => statusOf(id), { timeout: 10_000, interval: 1 }).toBe('stopped');
    expect(await oci(['delete', id])).toBe(0);
    machine.gone(id);
  });

  it(
    `is what its commands have made of it: ${numRuns} sequences of seed ${seed}`,
    async () => {
      // Whoever dies costs a new process: one command of forty does.
      const commands = fc.commands([...Array.from({ length: 39 }, () => whole), killed], {
        maxCommands: 30,
        size: 'max',
      });
      await fc.assert(
        fc.asyncProperty(commands, async (sequence) => {
          const id = machine.id();
          const model: Model = { status: 'none', pausedFrom: 'none' };
          try {
            await fc.asyncModelRun(() => ({ model, real: id }), sequence);
          } finally {
            await oci(['delete', '--force', id]);
          }
          machine.gone(id);
        }),
        { numRuns, seed, endOnFailure: true },
      );
    },
    20_000 + 2_000 * numRuns,
  );
});
