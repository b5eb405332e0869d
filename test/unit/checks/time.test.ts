import { describe, expect, it } from 'vitest';
import { time } from '../../../checks/time.ts';
import type { Clock } from '../../../runtime/host/clock.ts';
import type { HttpAnswer } from '../../../runtime/host/ask-http.ts';
import { fakeContext, type FakeHost } from './fake-context.ts';

const now = Date.UTC(2027, 4, 1, 12, 0, 0);
const clockAt = (ms: number): Clock => ({
  now: () => ms,
  sleep: () => new Promise(() => undefined),
});
const toldBy = (dateMs: number): Record<string, HttpAnswer> => ({
  'registry-1.docker.io': { kind: 'answer', status: 401, dateMs, elapsedMs: 9 },
});
const probe = (host: FakeHost): ReturnType<typeof time.probe> =>
  time.probe(fakeContext({ clock: clockAt(now), ...host }));

describe('time', () => {
  it.each([0, 299, -299])('passes when it is %i seconds off', async (seconds) => {
    expect((await probe({ http: toldBy(now - seconds * 1000) })).status).toBe('pass');
  });

  it.each([
    [301, 'ahead', '5 minutes'],
    [-400 * 86_400, 'behind', '400 days'],
    [366 * 86_400, 'ahead', '366 days'],
  ])('warns when it is %i seconds off', async (seconds, direction, span) => {
    const outcome = await probe({ http: toldBy(now - seconds * 1000) });
    expect(outcome.status).toBe('warn');
    expect(outcome.seen).toContain(`${span} ${direction}`);
    expect(outcome).not.toHaveProperty('fix');
    // The right time is known: then the remedy has it.
    const right = new Date(now - seconds * 1000).toISOString().slice(0, 10);
    expect(outcome).toHaveProperty('remedy', expect.stringContaining(`date -u -s "${right}`));
  });

  const systemd = {
    '/run/systemd/system/x': '',
    '/usr/lib/systemd/system/systemd-timesyncd.service': '',
  };

  it('switches a time service on that is installed and off', async () => {
    const commands = { systemctl: { exitCode: 3 } };
    const outcome = await probe({ files: systemd, commands, http: toldBy(now - 1e9) });
    expect(outcome).toMatchObject({
      status: 'warn',
      fix: [{ kind: 'service-enable', name: 'systemd-timesyncd', manager: 'systemd' }],
    });
  });

  it('offers nothing when a time service runs already', async () => {
    const commands = { systemctl: '' };
    const outcome = await probe({ files: systemd, commands, http: toldBy(now - 1e9) });
    expect(outcome.status).toBe('warn');
    expect(outcome).not.toHaveProperty('fix');
  });

  it.each([
    ['chronyc', { chronyc: 'Reference ID : 1.2.3.4\nLeap status     : Normal\n' }],
    ['timedatectl', { timedatectl: 'yes\n' }],
  ])('believes %s when no server tells', async (_who, commands) => {
    expect((await probe({ commands })).status).toBe('pass');
  });

  it('warns when nobody tells', async () => {
    expect((await probe({ commands: { timedatectl: 'no\n' } })).status).toBe('warn');
  });

  it('knows without anybody that it cannot be before berth was made', async () => {
    const outcome = await probe({ clock: clockAt(0), commands: { timedatectl: 'yes\n' } });
    expect(outcome).toMatchObject({ status: 'warn' });
    expect(outcome.seen).toContain('1970-01-01');
  });
});
