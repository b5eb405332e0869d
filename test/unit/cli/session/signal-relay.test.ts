import { describe, expect, test } from 'vitest';
import { SignalRelay } from '../../../../runtime/cli/session/signal-relay.ts';
import { memoryConsole } from '../memory-console.ts';

describe('SignalRelay', () => {
  test('before the container runs, a signal interrupts', () => {
    const console = memoryConsole();
    const relay = new SignalRelay(console);
    console.signal('SIGTERM');
    expect(relay.interrupted.reason).toMatchObject({
      code: 'RUN_INTERRUPTED',
      details: { signal: 'SIGTERM' },
    });
    expect(() => {
      relay.passTo({ pass: () => undefined, abandon: () => undefined });
    }).toThrow(expect.objectContaining({ code: 'RUN_INTERRUPTED' }));
  });

  test("then it is the container's, and the third request to end leaves it", () => {
    const console = memoryConsole();
    const relay = new SignalRelay(console);
    const seen: string[] = [];
    relay.passTo({ pass: (signal) => seen.push(signal), abandon: () => seen.push('abandoned') });
    for (const signal of ['SIGHUP', 'SIGINT', 'SIGUSR1', 'SIGTERM', 'SIGINT'] as const) {
      console.signal(signal);
    }
    expect(seen).toEqual(['SIGHUP', 'SIGINT', 'SIGUSR1', 'SIGTERM', 'abandoned']);
    expect(relay.interrupted.aborted).toBe(false);
  });

  test('closed, it gives the signals back', () => {
    const console = memoryConsole();
    const relay = new SignalRelay(console);
    relay.close();
    expect(console.listening()).toBe(false);
  });
});
