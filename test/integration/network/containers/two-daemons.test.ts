import { expect, test } from 'vitest';
import { ConfiguredBerthd } from '../../daemon/configured-berthd.ts';
import { NetworkedDaemon } from '../networked-daemon.ts';

test('of two berthds in one network namespace the second makes no rules while the first is there', async () => {
  const first = await NetworkedDaemon.start();
  const second = new ConfiguredBerthd(['nsenter', `--net=${first.namespace('host')}`]);
  try {
    second.write({ bridge: undefined });
    await second.run();
    const create = ['network', 'create', '--subnet', '10.77.0.0/24', 'theirs'];
    await first.docker('network', 'create', '--subnet', '10.66.0.0/24', 'mine');
    const before = await first.rules();
    const refused = await second.docker(create);
    expect(refused).toMatchObject({ status: 1, stdout: '' });
    expect(refused.stderr).toMatch(
      /Another berthd \(process \d+\) makes the rules of the firewall in this network namespace/,
    );
    expect((await second.docker(['network', 'ls', '-q', '-f', 'name=theirs'])).stdout).toBe('');
    // Its end, and its own networks that go, leave the other's rules alone.
    await second.end('SIGTERM');
    await second.run();
    expect(await first.rules()).toBe(before);
    await first.docker('network', 'rm', 'mine');
    await first.berthd.end('SIGKILL');
    expect((await second.docker(create)).status).toBe(0);
    expect(await first.rules()).toContain('10.77.0.0/24');
    expect((await second.docker(['network', 'rm', 'theirs'])).status).toBe(0);
  } finally {
    await second.stop();
    await first.berthd.run().catch(() => undefined);
    await first.stop();
  }
});
