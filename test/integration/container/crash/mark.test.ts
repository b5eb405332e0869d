import { expect, onTestFinished, test } from 'vitest';
import { Mark } from './mark.ts';

test('processes of the machine are never taken for those of a host that is being made', async () => {
  const host = new Mark();
  onTestFinished(() => {
    host.end();
  });
  expect(host.processes().map(({ pid }) => pid)).not.toContain(process.pid);
  await host.command();
  expect(host.processes()).toEqual([]);
  expect(host.read('net/dev')).not.toContain('eth0');
});
