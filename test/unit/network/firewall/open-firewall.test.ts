import { expect, test } from 'vitest';
import type { HostTools } from '../../../../runtime/network/firewall/host-tools.ts';
import { openFirewall } from '../../../../runtime/network/firewall/open-firewall.ts';
import { network, port } from './rules.ts';

const notAsked = (): Promise<never> => Promise.reject(new Error('not asked'));
const launcher = { run: notAsked, spawn: notAsked };
const options = { launcher, directAccess: 'protected', firewalld: 'asked' } as const;

test('without a tool networks are refused, and nothing else', async () => {
  const tools: HostTools = () => Promise.resolve({ exitCode: 'missing' });
  const families = { 4: 'managed', 6: 'managed' } as const;
  const { firewall, tool } = await openFirewall({ ...options, tools, families });
  expect(tool).toBe('none');
  await firewall.restore({ networks: [], ports: [], links: [] });
  await expect(firewall.addNetwork(network)).rejects.toMatchObject({
    code: 'FIREWALL_MISSING',
    message: expect.stringContaining(
      'nft: not installed; iptables-restore: not installed',
    ) as unknown,
  });
  // It is not known now either.
  await expect(firewall.publish([port])).rejects.toMatchObject({ code: 'FIREWALL_PORT_INVALID' });
  await firewall.remove();
});

test('a host that is left alone has no program run, whatever is asked for', async () => {
  const tools: HostTools = () => Promise.reject(new Error('not asked'));
  const families = { 4: 'left-alone', 6: 'left-alone' } as const;
  const { firewall, tool } = await openFirewall({ ...options, tools, families });
  expect(tool).toBe('none');
  await firewall.addNetwork(network);
  await firewall.publish([port]);
  await firewall.removeNetwork('n1');
});

test('where one protocol has no rules, only its networks are refused', async () => {
  const ran: string[] = [];
  const tools: HostTools = (program, _, input = '') => {
    ran.push(program);
    const works = program === 'nft' && !input.includes('ip6 berth');
    const result = { exitCode: works ? 0 : 1, stdout: '', stderr: 'Error: no ip6 here' };
    return Promise.resolve(result);
  };
  const families = { 4: 'managed', 6: 'managed' } as const;
  const { firewall, tool } = await openFirewall({ ...options, tools, families });
  expect(tool).toBe('nft');
  await expect(firewall.addNetwork(network)).rejects.toMatchObject({
    code: 'FIREWALL_MISSING',
    details: { said: 'nft: Error: no ip6 here' },
  });
  expect(ran).toEqual(['nft', 'nft']);
});
