import { expect, test } from 'vitest';
import { hostAt } from '../../../scripts/host/provision-host.ts';
import { watchEndings } from '../../../scripts/up/ending-daemon.ts';

const service = {
  manager: 'systemd',
  name: 'berth',
  definition: { path: '/etc/systemd/system/berth.service', content: '', mode: 0o644 },
} as const;

/** A host whose systemd has restarted the daemon so often, and a clock that a test moves. */
function watched(restarts: { count: number }) {
  let now = 1000;
  let asked = 0;
  const host = hostAt('/no/such/host', {
    run: () => {
      asked += 1;
      return Promise.resolve({
        exitCode: 0,
        stdout: `ActiveState=activating\nNRestarts=${restarts.count}\n`,
        stderr: '',
      });
    },
  });
  const clock = { now: () => now, sleep: () => Promise.resolve() };
  const look = watchEndings(service, { host, clock });
  return {
    after: (ms: number) => {
      now += ms;
      return look();
    },
    asked: () => asked,
  };
}

test('a daemon that systemd has to start again and again is hopeless', async () => {
  const restarts = { count: 0 };
  const watch = watched(restarts);
  expect(await watch.after(0)).toBeUndefined();
  restarts.count = 4;
  expect(await watch.after(1000)).toBeUndefined();
  restarts.count = 5;
  expect(await watch.after(1000)).toEqual({ times: 5 });
});

test('what was before does not count, nor do restarts before somebody started it in order', async () => {
  const restarts = { count: 70 };
  const watch = watched(restarts);
  expect(await watch.after(0)).toBeUndefined();
  restarts.count = 74;
  expect(await watch.after(1000)).toBeUndefined();
  restarts.count = 0;
  expect(await watch.after(1000)).toBeUndefined();
  restarts.count = 5;
  expect(await watch.after(1000)).toEqual({ times: 5 });
});

test('systemctl is not run all the time', async () => {
  const watch = watched({ count: 0 });
  for (let times = 0; times < 40; times += 1) await watch.after(25);
  expect(watch.asked()).toBeLessThanOrEqual(3);
});
