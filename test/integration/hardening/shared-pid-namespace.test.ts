import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { useMachine } from './fixture.ts';

const machine = useMachine();

/**
 * A container with the host's process ids, and CAP_KILL, may send signals to every process, as on the host itself; SIGKILL
 * ends the monitor, and nothing can be done about it. All others are blocked (`block all signals`, `becomeMonitor` in
 * runtime/launch/start-program.ts): without that the test is red.
 */
describe('the monitor of a container that sees it', () => {
  it('takes no signal but those that nobody can block', async () => {
    const types = ['mount', 'uts', 'ipc', 'network', 'cgroup'] as const;
    const linux = { namespaces: types.map((type) => ({ type })) };
    const victim = await machine().start(machine().request(['sleep', '1000']));
    const status = readFileSync(`/proc/${victim.pid}/status`, 'utf8');
    const monitor = Number(/^PPid:\t(\d+)$/m.exec(status)?.[1]);
    expect(readFileSync(`/proc/${monitor}/comm`, 'utf8')).toBe('berth-monitor\n');
    // SIGKILL, SIGSTOP.
    const signals = Array.from({ length: 64 }, (_, i) => i + 1).filter((n) => n !== 9 && n !== 19);
    const script = signals.map((signal) => `kill -${signal} ${monitor}`).join('; ');
    await machine().run(['sh', '-c', script], { linux });

    victim.monitor.signal(9);
    const { exit } = await victim.ended();
    expect(exit).toMatchObject({ signal: 9 });
  });
});
