import { statSync } from 'node:fs';
import { join } from 'node:path';

import { expect, onTestFinished, test, vi } from 'vitest';

import { Launcher } from '../../../runtime/syscall/launcher.ts';
import { busyboxArchive } from '../api/busybox-image.ts';
import { receiveDatagrams } from '../api/datagram-receiver.ts';
import { startLogServer } from '../api/log-servers.ts';
import { RealBerthd } from './real-berthd.ts';

const wait = { timeout: 20_000, interval: 20 };

/** More than sockets hold that nobody reads. */
const count = 2000;
const script = `i=0; while [ $i -lt ${count} ]; do printf "%d %0500d\\n" $i 0; i=$((i+1)); done; sleep 1000`;
const numbers = Array.from({ length: count }, (_, index) => index);
const numbersOf = (received: string): readonly number[] =>
  [...received.matchAll(/: (\d+) 0{500}\n/g)].map(([, number]) => Number(number));

test('a berthd that is killed in the middle of sending loses nothing, and sends no datagram twice', async () => {
  const launcher = await Launcher.start();
  onTestFinished(() => launcher.stop());
  const berthd = new RealBerthd();
  await berthd.start();
  onTestFinished(async () => {
    await berthd.docker('rm', '-f', 'grams', 'stream');
    await berthd.destroy();
  });
  const place = { socket: join(berthd.root, 'gram.sock'), file: join(berthd.root, 'gram.got') };
  const { arrived, pid } = await receiveDatagrams(launcher, place);
  // Neither server reads for now.
  process.kill(pid, 'SIGSTOP');
  // One that stands still would not see the launcher go.
  onTestFinished(() => {
    process.kill(pid, 'SIGCONT');
  });
  const stream = await startLogServer(join(berthd.root, 'stream.sock'));
  onTestFinished(() => stream.stop());
  stream.reads = false;

  await berthd.docker('load', '-i', busyboxArchive(berthd.root));
  const run = async (name: string, address: string): Promise<string> => {
    const driver = ['--log-driver', 'syslog', '--log-opt', `syslog-address=${address}`];
    const options = ['-d', '--network', 'none', '--name', name, ...driver];
    return (await berthd.docker('run', ...options, 'bb', 'sh', '-c', script)).trim();
  };
  const grams = await run('grams', `unixgram://${place.socket}`);
  await run('stream', `unix://${join(berthd.root, 'stream.sock')}`);
  for (const name of ['grams', 'stream'])
    await vi.waitFor(async () => {
      const last = await berthd.docker('logs', '--tail', '1', name);
      expect(last).toMatch(new RegExp(`^${count - 1} 0`));
    }, wait);
  await vi.waitFor(() => {
    expect(statSync(join(berthd.root, 'data/containers', grams, 'output.sent')).size).toBe(16);
    // The first is only tried, before the start.
    expect(stream.connections()).toHaveLength(2);
  }, wait);

  await berthd.end('SIGKILL');
  await berthd.start();
  process.kill(pid, 'SIGCONT');
  stream.resume();

  await vi.waitFor(() => {
    expect(numbersOf(arrived().join('')).at(-1)).toBe(count - 1);
    expect(stream.connections().flatMap(numbersOf).at(-1)).toBe(count - 1);
  }, wait);
  expect(numbersOf(arrived().join(''))).toEqual(numbers);
  // Over a connection what was not acknowledged comes again.
  const all = stream.connections().flatMap(numbersOf);
  expect([...new Set(all)].sort((a, b) => a - b)).toEqual(numbers);
  expect(all.length).toBeLessThan(2 * count);
});
