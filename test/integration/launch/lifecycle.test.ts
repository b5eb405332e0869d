import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { kill } from 'node:process';
import { describe, expect, it, vi } from 'vitest';
import { Machine, records } from './machine.ts';
import { useMachine } from './use-machine.ts';

const machine = useMachine();

/** State and parent of a process, and what follows (proc_pid_stat(5)). */
const statOf = (pid: number): readonly string[] =>
  readFileSync(`/proc/${pid}/stat`, 'latin1')
    .replace(/^.*\) /s, '')
    .split(' ');

describe('exit status', () => {
  it('is that of the program, with the time', async () => {
    const { exit } = await machine().run(['sh', '-c', 'exit 42']);
    expect(exit).toMatchObject({ exitCode: 42, oomKilled: false });
    expect(Math.abs(exit.finishedAt - Date.now())).toBeLessThan(60_000);
  });

  it('is 128 and the signal that ended it', async () => {
    const running = await machine().start(machine().request(['sleep', '60']));
    running.monitor.signal(9);
    expect((await running.ended()).exit).toMatchObject({ exitCode: 137, signal: 9 });
  });

  it.each([
    ['/bin/none', 'EXEC_NOT_FOUND'],
    ['none', 'EXEC_NOT_FOUND'],
    ['/bin/sh/x', 'EXEC_NOT_FOUND'],
    ['/tmp', 'EXEC_NOT_EXECUTABLE'],
    ['/proc/version', 'EXEC_NOT_EXECUTABLE'],
  ])('there is none for %s: %s', async (program, code) => {
    await expect(machine().runtime.start(machine().request([program]))).rejects.toMatchObject({
      code,
    });
  });

  it('tells that the kernel killed for want of memory', async () => {
    const { exit } = await machine().run(['sh', '-c', 'head -c 200m /dev/zero | tail'], {
      linux: { resources: { memory: { limit: 20 * 1024 * 1024, swap: 20 * 1024 * 1024 } } },
    });
    expect(exit.oomKilled).toBe(true);
  });
});

describe('limits', () => {
  it('of processes are kept', async () => {
    const { stderr } = await machine().run(
      ['sh', '-c', 'for i in 1 2 3 4 5 6 7 8; do sleep 1 & done; wait'],
      {
        linux: { resources: { pids: { limit: 5 } } },
      },
    );
    expect(stderr).toContain("can't fork");
  });

  it('that this host does not allow are reported, and the container starts', async () => {
    const rlimits = [{ type: 'RLIMIT_NOFILE' as const, soft: 2_000_000_000, hard: 2_000_000_000 }];
    const raises =
      (BigInt(
        `0x${/CapEff:\s*(\w+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1] ?? '0'}`,
      ) >>
        24n) &
      1n;
    const running = machine().start(machine().request(['sleep', '60'], { process: { rlimits } }));
    if (raises === 1n) {
      // With the capability the kernel itself refuses more than fs.nr_open.
      await expect(running).rejects.toMatchObject({ code: 'START_FAILED' });
      return;
    }
    const container = await running;
    expect(container.warnings).toEqual([expect.stringContaining('CAP_SYS_RESOURCE')]);
    container.monitor.signal(9);
    await container.ended();
  });
});

describe('output', () => {
  it('of both streams is kept apart, with its time', async () => {
    const request = machine().request(['sh', '-c', 'echo one; echo two >&2']);
    await machine().runtime.start(request);
    await (
      await machine().runtime.connect(request.runDir)
    )?.closed;
    const found = records(request.logFile);
    expect(found.map(({ stream, payload }) => [stream, payload]).sort()).toEqual([
      [1, 'one\n'],
      [2, 'two\n'],
    ]);
    for (const { seconds } of found) expect(Math.abs(seconds - Date.now() / 1000)).toBeLessThan(60);
  });

  it('is whole, also when there is much of it', async () => {
    const { stdout } = await machine().run(['sh', '-c', 'seq 1 200000']);
    expect(stdout).toBe(Array.from({ length: 200_000 }, (_, i) => `${i + 1}\n`).join(''));
  });

  it('is announced to whoever is connected', async () => {
    const running = await machine().start({ ...machine().request(['cat']), stdin: 'open' });
    const announced = new Promise<void>((resolve) => {
      running.monitor.onOutput(resolve);
    });
    running.monitor.stdin.write('ping\n');
    await announced;
    expect(records(running.logFile).map(({ payload }) => payload)).toEqual(['ping\n']);
    running.monitor.stdin.end();
    await running.ended();
  });
});

describe('output that is lost', () => {
  it('is told to whoever connects afterwards', async () => {
    const script = 'while ! test -e /go; do sleep 0.01; done; seq 1 1000; sleep 60';
    const request = { ...machine().request(['sh', '-c', script]), logFile: '/dev/full' };
    const { pid } = await machine().runtime.start(request);
    const [, monitor = ''] =
      / \(.*\) . (\d+)/.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
    const taken = (): number =>
      Number(/rchar: (\d+)/.exec(readFileSync(`/proc/${monitor}/io`, 'utf8'))?.[1]);
    const before = taken();
    // Not to the layer on the host: overlayfs remembers that there was no such file.
    writeFileSync(`/proc/${pid}/root/go`, '');
    await vi.waitFor(() => {
      expect(taken() - before).toBeGreaterThan(3000);
      // In poll: it has tried to write what it read.
      expect(readFileSync(`/proc/${monitor}/stat`, 'utf8')).toContain(') S ');
    }, 10_000);
    const connection = await machine().runtime.connect(request.runDir);
    await new Promise<void>((resolve) => connection?.onLostOutput(resolve));
    connection?.signal(9);
    await connection?.closed;
  });
});

describe('input', () => {
  it('arrives whole and ends when it is ended, however much it is', async () => {
    const running = await machine().start({ ...machine().request(['wc', '-c']), stdin: 'open' });
    for (let i = 0; i < 50; i += 1) running.monitor.stdin.write(Buffer.alloc(20_000, 'x'));
    running.monitor.stdin.end();
    expect((await running.ended()).stdout).toBe('1000000\n');
  });

  it('that nobody reads holds up neither output nor signals', async () => {
    const running = await machine().start({
      ...machine().request([
        'sh',
        '-c',
        'trap "echo stopped; exit 3" TERM; echo ready; while :; do sleep 0.1; done',
      ]),
      stdin: 'open',
    });
    await running.said('ready');
    running.monitor.stdin.write(Buffer.alloc(500_000));
    running.monitor.signal(15);
    const { exit, stdout } = await running.ended();
    expect({ code: exit.exitCode, stdout }).toEqual({ code: 3, stdout: 'ready\nstopped\n' });
  });

  it('is empty when there is none', async () => {
    expect((await machine().run(['cat'])).exit.exitCode).toBe(0);
  });
});

describe('a terminal', () => {
  it('is the console, with a size, and job control', async () => {
    const request = machine().request(
      ['sh', '-c', 'tty; stty size; test -c /dev/console && read line; echo "<$line>"; stty size'],
      {
        process: { terminal: true, consoleSize: { height: 40, width: 120 } },
      },
    );
    const running = await machine().start({ ...request, stdin: 'open' });
    running.monitor.resize({ rows: 50, columns: 132 });
    running.monitor.stdin.write('hello\n');
    const { stdout } = await running.ended();
    expect(stdout).toContain('/dev/pts/0\r\n');
    expect(stdout).toMatch(/(40 120|50 132)\r\n/);
    expect(stdout).toContain('<hello>\r\n50 132\r\n');
  });

  it('turns Ctrl-C into a signal for the program in front', async () => {
    const request = machine().request(
      ['sh', '-c', 'trap "echo caught; exit 5" INT; echo ready; sleep 60 & wait'],
      { process: { terminal: true } },
    );
    const running = await machine().start({ ...request, stdin: 'open' });
    await running.said('ready');
    running.monitor.stdin.write('\u0003');
    const { exit, stdout } = await running.ended();
    expect(exit.exitCode).toBe(5);
    expect(stdout).toContain('caught');
  });

  it('that the program closes and opens again is still heard', async () => {
    const script = 'exec <&- >&- 2>&-; for i in $(seq 50); do echo $i >/dev/console; done';
    const { stdout } = await machine().run(['sh', '-c', script], { process: { terminal: true } });
    expect(stdout).toBe(Array.from({ length: 50 }, (_, i) => `${i + 1}\r\n`).join(''));
  });

  it('keeps all that was written before the end, however late it is read', async () => {
    const script = 'trap "seq 1500; exit" USR1; echo ready; while :; do sleep 0.05; done';
    const running = await machine().start(
      machine().request(['sh', '-c', script], { process: { terminal: true } }),
    );
    await running.said('ready');
    const monitor = Number(statOf(running.pid)[1]);
    kill(monitor, 'SIGSTOP');
    kill(running.pid, 'SIGUSR1');
    await vi.waitFor(() => {
      expect(statOf(running.pid)[0]).toBe('Z');
    }, 10_000);
    kill(monitor, 'SIGCONT');
    const { stdout } = await running.ended();
    expect(stdout.endsWith('\r\n1499\r\n1500\r\n')).toBe(true);
  });
});

describe('the monitor', () => {
  it('outlives the launcher and whoever started it, and keeps output and exit', async () => {
    const other = await Machine.create();
    const request = other.request(['sh', '-c', 'read x; echo "got $x"; exit 6']);
    const first = await other.start({ ...request, stdin: 'open' });
    kill(await other.launcher.pid(), 'SIGKILL');
    first.monitor.disconnect();

    const again = await other.runtime.connect(request.runDir);
    expect(again?.pid).toBe(first.pid);
    again?.stdin.end('more\n');
    await again?.closed;
    expect(await other.runtime.readExit(request.runDir)).toMatchObject({ exitCode: 6 });
    expect(records(request.logFile).map(({ payload }) => payload)).toEqual(['got more\n']);
    await other.dispose();
  });

  it('keeps standard input open when the connection is lost', async () => {
    const request = machine().request(['sh', '-c', 'read a; echo "<$a>"; read b; echo "<$b>"']);
    const first = await machine().start({ ...request, stdin: 'open' });
    first.monitor.stdin.write('one\n');
    await first.said('<one>');
    first.monitor.stdin.destroy();
    first.monitor.disconnect();
    const again = await machine().runtime.connect(request.runDir);
    again?.stdin.end('two\n');
    await again?.closed;
    expect(
      records(request.logFile)
        .map(({ payload }) => payload)
        .join(''),
    ).toBe('<one>\n<two>\n');
  });

  it('uses at most 56 KB of memory of its own', async () => {
    const running = await machine().start(machine().request(['sh', '-c', 'seq 1 20000; sleep 60']));
    const stat = readFileSync(`/proc/${running.pid}/stat`, 'utf8');
    const monitor = stat.slice(stat.lastIndexOf(')')).split(' ')[2] ?? '';
    await running.said('\n20000\n');
    // What it needs while there is much output is given back in the first pause.
    await vi.waitFor(() => {
      const smaps = readFileSync(`/proc/${monitor}/smaps_rollup`, 'utf8');
      expect(Number(/^Pss:\s+(\d+) kB/m.exec(smaps)?.[1])).toBeLessThanOrEqual(56);
    }, 10_000);
    running.monitor.signal(9);
    await running.ended();
  });

  it('serves several connections and refuses too many, without harm', async () => {
    const running = await machine().start(machine().request(['sleep', '60']));
    const more = await Promise.all(
      Array.from({ length: 10 }, () => machine().runtime.connect(running.runDir)),
    );
    expect(
      more.filter((connection) => connection?.pid === running.pid).length,
    ).toBeGreaterThanOrEqual(3);
    for (const connection of more) connection?.disconnect();
    running.monitor.signal(9);
    expect((await running.ended()).exit.exitCode).toBe(137);
  });

  it('keeps its log readable on a full disk', async () => {
    const request = machine().request(['sh', '-c', 'seq 1 100000']);
    const disk = `${machine().folder}/small`;
    execFileSync('mkdir', [disk]);
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=64k', 'small', disk]);
    try {
      const logFile = `${disk}/log`;
      await machine().runtime.start({ ...request, logFile });
      await (
        await machine().runtime.connect(request.runDir)
      )?.closed;
      expect(await machine().runtime.readExit(request.runDir)).toMatchObject({ exitCode: 0 });
      const text = records(logFile)
        .map(({ payload }) => payload)
        .join('');
      expect(text.startsWith('1\n2\n3\n')).toBe(true);
      expect(text).not.toContain('\0');
    } finally {
      // The monitor lets go of its sockets first and of its log last: the file system is in use a moment longer.
      await vi.waitFor(() => execFileSync('umount', [disk]));
    }
  });
});

it('a failed start leaves nothing behind', async () => {
  const request = machine().request(['true'], {
    mounts: [{ destination: '/x', type: 'nosuchfs', source: 'none' }],
  });
  await expect(machine().runtime.start(request)).rejects.toMatchObject({
    code: 'START_FAILED',
    message: expect.stringContaining('mount nosuchfs on /x: ENODEV') as string,
  });
  expect(existsSync(`${request.runDir}/exit`)).toBe(false);
});

it('a bind mount of what is not there is refused by name', async () => {
  const request = machine().request(['true'], {
    mounts: [{ destination: '/x', source: '/no/such/source', options: ['bind'] }],
  });
  await expect(machine().runtime.start(request)).rejects.toMatchObject({
    code: 'MOUNT_SOURCE_MISSING',
    details: { source: '/no/such/source' },
  });
});

it('fifty containers start and end at once', async () => {
  const all = await Promise.all(
    Array.from({ length: 50 }, (_, i) => machine().run(['echo', String(i)])),
  );
  expect(all.map(({ stdout }) => stdout.trim())).toEqual(all.map((_, i) => String(i)));
});
