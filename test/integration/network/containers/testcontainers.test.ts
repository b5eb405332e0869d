import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { NetworkedDaemon } from '../networked-daemon.ts';

let daemon: NetworkedDaemon;

beforeAll(async () => {
  daemon = await NetworkedDaemon.start();
});
afterAll(() => daemon.stop());

const child = join(import.meta.dirname, '../../clients/testcontainers-networks-child.ts');

test('Testcontainers: networks with aliases, and ports that are waited for', async () => {
  const { root, socket } = daemon.berthd;
  // A process of its own, where berthd is: it reaches ports at 127.0.0.1, and keeps for ever what it finds of an engine.
  const enter = [`--net=${daemon.namespace('host')}`, process.execPath];
  const env = {
    ...process.env,
    ...{ DOCKER_HOST: `unix://${socket}`, HOME: root, TMPDIR: root },
    ...{ TESTCONTAINERS_HOST_OVERRIDE: '127.0.0.1', TESTCONTAINERS_RYUK_DISABLED: 'true' },
  };
  const args = [...enter, '--disable-warning=ExperimentalWarning', child];
  const { stdout } = await promisify(execFile)('nsenter', args, { env, timeout: 100_000 });
  expect(JSON.parse(stdout)).toEqual({
    ...{ chosen: true, certain: 18_765, names: true, address: true, udp: 2 },
    ...{ wget: 'served\n', again: 'served\n', far: true },
  });
  expect(await daemon.docker('ps', '-aq')).toBe('');
});
