import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ApiClient } from '../../../../runtime/cli/client/client.ts';
import { parseEndpoint } from '../../../../runtime/cli/client/endpoint.ts';
import { NetworkedDaemon } from '../networked-daemon.ts';

test('what the host has of networks can be taken back, and is made again', async () => {
  const daemon = await NetworkedDaemon.start();
  try {
    const client = new ApiClient(parseEndpoint(`unix://${daemon.berthd.socket}`));
    const withdraw = (): Promise<string> =>
      client.text({ method: 'POST', path: '/berth/networks/withdraw' });
    const noted = (): readonly string[] => readdirSync(join(daemon.berthd.root, 'run/networks'));
    await withdraw();
    expect(noted()).toEqual([]);
    await daemon.docker('network', 'create', 'mine');
    await daemon.docker('run', '-d', '--name', 'web', '-p', '8080:80', 'bb', 'sleep', '1000');
    expect(noted()).toContain('on-host');
    await expect(withdraw()).rejects.toThrow('1 containers run in networks');
    await daemon.docker('stop', '-t', '0', 'web');
    await withdraw();
    expect(daemon.links('host').toSorted()).toEqual(['lo', 'wan0']);
    expect(await daemon.rules()).toBe('');
    expect(noted()).toEqual([]);
    await daemon.docker('start', 'web');
    await daemon.docker('run', '--rm', '--network', 'mine', 'bb', 'true');
    expect(daemon.links('host')).toContain('berth0');
  } finally {
    await daemon.stop();
  }
});
