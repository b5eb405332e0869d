import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { kill } from 'node:process';
import { describe, expect, it, vi } from 'vitest';
import type { Hook } from '../../../runtime/spec/hooks.ts';
import { isAlive } from '../../support/processes.ts';
import { useHookNotes } from './hook-notes.ts';
import type { Machine } from './machine.ts';
import { expectNothingLeft } from './own-leftovers.ts';
import { useMachine } from './use-machine.ts';

const machine = useMachine();
const notes = useHookNotes(machine);

const stopping = ['prestart', 'createRuntime', 'createContainer', 'startContainer'] as const;

describe.each(stopping)('a %s hook that fails', (kind) => {
  const failing = async (
    hook: Hook,
    more: Parameters<Machine['request']>[1] = {},
  ): Promise<unknown> => {
    const hooks = {
      [kind]: [notes().script('true'), hook, notes().script('touch $notes/next')],
      poststop: [notes().script('cat > $notes/poststop')],
    };
    const request = machine().request(['touch', `${notes().folder}/program`], {
      hooks,
      ...notes().shared,
      ...more,
    });
    const error: unknown = await machine()
      .runtime.start(request)
      .then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
    expect(existsSync(`${notes().folder}/next`), 'the next hook').toBe(false);
    expect(existsSync(`${notes().folder}/program`), 'the program').toBe(false);
    expect(JSON.parse(notes().read('poststop'))).toMatchObject({
      status: 'stopped',
      id: request.id,
    });
    expect(existsSync(`${request.runDir}/exit`)).toBe(false);
    return error;
  };

  it('stops the start, and is named with its last words', async () => {
    const hook = notes().script('echo before; echo "what is wrong" >&2; exit 3');
    expect(await failing(hook)).toMatchObject({
      code: 'HOOK_FAILED',
      message: `error running ${kind} hook #1: error running hook /bin/sh: exit status 3, wanted 0: before\nwhat is wrong`,
      details: {
        kind,
        index: 1,
        path: '/bin/sh',
        end: 'exited',
        value: 3,
        output: 'before\nwhat is wrong',
      },
    });
  });

  it('by a signal', async () => {
    expect(await failing(notes().script('kill -TERM $$'))).toMatchObject({
      details: { end: 'killed', value: 15, output: '' },
      message: expect.stringContaining('signal 15 (terminated)') as string,
    });
  });

  it.each([
    ['because it does not exist', '/no/such/hook', 'ENOENT'],
    ['because it cannot be executed', '/etc', 'EACCES'],
    ['because it has no format', 'data', 'ENOEXEC'],
  ])('%s', async (_, path, errno) => {
    const data = `${notes().folder}/data`;
    writeFileSync(data, 'x', { mode: 0o755 });
    mkdirSync(machine().image('etc'), { recursive: true });
    expect(await failing({ path: path === 'data' ? data : path, args: [] })).toMatchObject({
      details: { end: 'notExecuted', index: 1 },
      message: expect.stringContaining(`cannot be executed: ${errno}`) as string,
    });
  });

  it('by taking too long is killed with what it has started, and said so', async () => {
    // Nobody else on the machine sleeps as long.
    const seconds = String(1_000_000 + process.pid);
    const sleep = `sleep ${seconds}`;
    const hook = notes().script(`echo waiting; ${sleep} & ${sleep}`, { timeout: 1 });
    expect(await failing(hook)).toMatchObject({
      details: { end: 'timedOut', value: 1, output: 'waiting' },
      message: expect.stringContaining('no end after 1 s, so it was killed') as string,
    });
    // In brackets, so that who looks for it does not find itself.
    const wanted = `[${seconds.slice(0, 1)}]${seconds.slice(1)}`;
    const look = `grep -ls "${wanted}" /proc/[0-9]*/cmdline || true`;
    expect(execFileSync('sh', ['-c', look], { encoding: 'utf8' })).toBe('');
  });

  it('keeps the end of what it has said, however much that is', async () => {
    const hook = notes().script(
      'i=0; while [ $i -lt 3000 ]; do echo "line $i of many more than a pipe holds, each of some length"; i=$((i+1)); done; exit 1',
    );
    const error = await failing(hook);
    const { output } = (error as { details: { output: string } }).details;
    expect(output.length).toBeGreaterThan(2000);
    expect(output.length).toBeLessThanOrEqual(4096);
    expect(output).toMatch(/line 2999 of many more than a pipe holds, each of some length$/);
  });
});

it.each(['poststart', 'poststop'] as const)(
  'a %s hook that fails is a warning, and the next is run',
  async (kind) => {
    const hooks = {
      [kind]: [
        notes().script('echo oh >&2; exit 3'),
        { path: '/no/such/hook' },
        notes().script('touch $notes/next'),
      ],
    };
    const request = machine().request(['true'], { hooks });
    const { exit, warnings } = await machine().finish(request);
    expect(exit.exitCode).toBe(0);
    expect(kind === 'poststart' ? warnings : exit.warnings).toEqual([
      `${kind} hook failed with exit code 3: hooks.${kind}[0] /bin/sh: oh`,
      `${kind} hook failed (cannot be executed: ENOENT): hooks.${kind}[1] /no/such/hook`,
    ]);
    expect(existsSync(`${notes().folder}/next`)).toBe(true);
  },
);

describe('a monitor that dies while a hook runs', () => {
  /** Starts a container, kills its monitor while its hook waits, and gives what became of the start. */
  const killMonitor = async (kind: 'prestart' | 'startContainer'): Promise<unknown> => {
    const text =
      'echo $$ > $notes/pid; while [ ! -e $notes/go ]; do sleep 0.02; done; touch $notes/after';
    const request = machine().request(['touch', `${notes().folder}/program`], {
      hooks: { [kind]: [notes().script(`exec 2>/dev/null; ${text}`)] },
      ...notes().shared,
    });
    const started = machine()
      .runtime.start(request)
      .then(
        () => undefined,
        (thrown: unknown) => thrown,
      );
    await vi.waitFor(() => notes().read('pid'), { timeout: 10_000 });
    const monitors = execFileSync(
      'sh',
      [
        '-c',
        `for p in /proc/[0-9]*; do [ "$(readlink $p/cwd)" = ${request.runDir} ] && grep -q berth-monitor $p/comm && echo \${p#/proc/}; done; true`,
      ],
      { encoding: 'utf8' },
    );
    const pids = monitors.trim().split('\n').map(Number);
    for (const pid of pids) kill(pid, 'SIGKILL');
    // A signal that is sent is not yet an end: until then the hook may see the file, and goes on rightly.
    await vi.waitFor(() => {
      expect(pids.filter(isAlive)).toEqual([]);
    }, 10_000);
    writeFileSync(`${notes().folder}/go`, '');
    return started;
  };

  it('takes a hook of the runtime with it', async () => {
    expect(await killMonitor('prestart')).toMatchObject({ code: 'PROGRAM_CRASHED' });
    const pid = notes().read('pid').trim();
    await vi.waitFor(() => {
      expect(existsSync(`/proc/${pid}/exe`)).toBe(false);
    });
    expect(existsSync(`${notes().folder}/after`)).toBe(false);
  });

  it('leaves no container behind that goes on without it', async () => {
    expect(await killMonitor('startContainer')).toMatchObject({ code: 'PROGRAM_CRASHED' });
    await expectNothingLeft(machine());
    expect(existsSync(`${notes().folder}/program`)).toBe(false);
  });
});
