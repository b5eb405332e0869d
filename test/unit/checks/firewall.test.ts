import { describe, expect, it } from 'vitest';
import { firewall } from '../../../checks/firewall.ts';
import { iptablesVersion } from '../../../checks/iptables.version.ts';
import { netNat } from '../../../checks/net.nat.ts';
import { fakeContext } from './fake-context.ts';

const ask = (host: Parameters<typeof fakeContext>[0]): ReturnType<typeof firewall.probe> =>
  firewall.probe(fakeContext(host));

/** What `ufw enable` leaves on the disk. */
const ufwIsOn = { '/etc/ufw/ufw.conf': '# comment\nENABLED=yes\nLOGLEVEL=low\n' };

describe('firewall', () => {
  it('passes without any', async () => {
    expect(await ask({})).toMatchObject({ status: 'pass' });
  });

  const firewalld = (zone: string, target: string): Record<string, string> => ({
    'firewall-cmd --state': 'running\n',
    'firewall-cmd --get-zone-of-interface=berth0': `${zone}\n`,
    [`firewall-cmd --permanent --zone=${zone} --get-target`]: `${target}\n`,
  });

  it('passes with firewalld when the bridge is in a zone that accepts', async () => {
    expect(await ask({ commands: firewalld('trusted', 'ACCEPT') })).toMatchObject({
      status: 'pass',
      details: { firewalld: 'open' },
    });
  });

  it.each([
    ['in a zone that does not accept', firewalld('public', 'default')],
    ['in no zone', { 'firewall-cmd --state': 'running\n', 'firewall-cmd': { exitCode: 2 } }],
  ])('opens firewalld when the bridge is %s', async (_what, commands) => {
    expect(await ask({ commands, files: ufwIsOn })).toMatchObject({
      status: 'warn',
      fix: [{ kind: 'firewall-zone', firewall: 'firewalld', interface: 'berth0' }],
    });
  });

  it('does not take a firewalld that is installed and stopped for one', async () => {
    const commands = { 'firewall-cmd': { exitCode: 252 } };
    expect((await ask({ commands })).status).toBe('pass');
  });

  const ufw = (routed: string, rules: string): Record<string, string> => ({
    'ufw status verbose': `Status: active\nLogging: on (low)\nDefault: deny (incoming), allow (outgoing), ${routed} (routed)\nNew profiles: skip\n\nTo                         Action      From\n--                         ------      ----\n${rules}`,
  });
  const rules =
    'Anywhere                   ALLOW FWD   Anywhere on berth0\nAnywhere on berth0         ALLOW FWD   Anywhere\n';

  it.each([
    ['routed packets are allowed', ufw('allow', '')],
    ['rules let the bridge in and out', ufw('deny', rules)],
    ['it is off', { 'ufw status verbose': 'Status: inactive\n' }],
  ])('passes with ufw when %s', async (_what, commands) => {
    expect((await ask({ commands, files: ufwIsOn })).status).toBe('pass');
  });

  it.each([
    ['no rule', ufw('deny', '')],
    ['the kernel not forwarding yet', ufw('disabled', '')],
    ['half the rules', ufw('deny', rules.split('\n')[0] ?? '')],
    ['rules for another bridge', ufw('deny', rules.replaceAll('berth0', 'berth01'))],
  ])('opens ufw with %s', async (_what, commands) => {
    expect(await ask({ commands, files: ufwIsOn })).toMatchObject({
      status: 'warn',
      fix: [{ kind: 'firewall-zone', firewall: 'ufw', interface: 'berth0' }],
    });
  });

  it.each([
    ['removes the lock file that ufw leaves', ufwIsOn, true],
    ['leaves one that was there', { ...ufwIsOn, '/run/ufw.lock': '' }, false],
  ])('%s', async (_what, files, removed) => {
    const context = fakeContext({ commands: ufw('deny', ''), files });
    const ran: string[] = [];
    const run: typeof context.run = (command, args, options) => {
      ran.push([command, ...args].join(' '));
      return context.run(command, args, options);
    };
    await firewall.probe({ ...context, run });
    expect(ran.slice(ran.indexOf('ufw status verbose') + 1).includes('rm -f /run/ufw.lock')).toBe(
      removed,
    );
  });

  const chains = (policy: string): string =>
    JSON.stringify({
      nftables: [
        { metainfo: { version: '1.0.6' } },
        { chain: { family: 'inet', table: 'mine', name: 'fwd', hook: 'forward', policy } },
        { chain: { family: 'inet', table: 'mine', name: 'other' } },
      ],
    });
  const rule = 'iifname "berth0" counter packets 0 bytes 0 accept';

  it('passes with a chain that accepts, or lets the bridge through', async () => {
    const open = { 'nft -j list chains': chains('accept') };
    const through = { 'nft -j list chains': chains('drop'), 'nft list chain inet mine fwd': rule };
    expect((await ask({ commands: open })).status).toBe('pass');
    expect((await ask({ commands: through })).status).toBe('pass');
  });

  it('tells the rules to add to a chain that drops, and does not touch it', async () => {
    const commands = { 'nft -j list chains': chains('drop'), nft: 'chain fwd { }' };
    const outcome = await ask({ commands });
    expect(outcome).toMatchObject({ status: 'warn' });
    expect(outcome).not.toHaveProperty('fix');
    expect(outcome).toHaveProperty(
      'remedy',
      expect.stringContaining('nft insert rule inet mine fwd iifname berth0 accept'),
    );
  });

  it('sees the policy of iptables-legacy, only where its table is loaded', async () => {
    const commands = { 'iptables-legacy-save': '*filter\n:FORWARD DROP [0:0]\nCOMMIT\n' };
    const files = { '/proc/net/ip_tables_names': 'nat\nfilter\n' };
    expect((await ask({ commands, files })).status).toBe('warn');
    expect((await ask({ commands })).status).toBe('pass');
  });
});

describe('iptables.version', () => {
  it.each([
    ['iptables v1.8.2 (nf_tables)', 'warn'],
    ['iptables v1.8.0 (nf_tables)', 'warn'],
    ['iptables v1.8.3 (nf_tables)', 'warn'],
    ['iptables v1.8.2 (legacy)', 'pass'],
    ['iptables v1.8.4 (nf_tables)', 'pass'],
    ['iptables v1.8.30 (nf_tables)', 'pass'],
    ['iptables v1.4.21', 'pass'],
  ])('%s: %s', async (version, status) => {
    const context = fakeContext({ commands: { iptables: `${version}\n` } });
    expect((await iptablesVersion.probe(context)).status).toBe(status);
  });

  it('is skipped where nobody uses iptables: its reason is gone', async () => {
    expect((await iptablesVersion.probe(fakeContext())).status).toBe('skip');
  });
});

describe('net.nat', () => {
  const refused = { exitCode: 1, stderr: 'Error: Could not process rule: No such file\n' };

  it('passes with nft', async () => {
    const context = fakeContext({ commands: { nft: 'nftables v1.0.6', unshare: '' } });
    expect(await netNat.probe(context)).toMatchObject({ status: 'pass' });
  });

  it('passes with iptables where nft is missing', async () => {
    const context = fakeContext({ commands: { iptables: 'iptables v1.8.9', unshare: '' } });
    const outcome = await netNat.probe(context);
    expect(outcome.seen).toContain('iptables');
    expect(outcome.status).toBe('pass');
  });

  it('installs nftables where both are missing', async () => {
    expect(await netNat.probe(fakeContext())).toMatchObject({
      status: 'fail',
      fix: [{ kind: 'package', names: ['nftables'] }],
    });
  });

  it.each([143, 137])('only warns where the rules take too long, status %d', async (exitCode) => {
    const late = { exitCode, stderr: '' };
    const context = fakeContext({ commands: { nft: 'v1', unshare: late } });
    expect(await netNat.probe(context)).toMatchObject({
      status: 'warn',
      seen: 'nft had not set its rules after 20 seconds',
    });
  });

  it('tells the status of a tool that says nothing', async () => {
    const silent = { exitCode: 3, stderr: '\n' };
    const context = fakeContext({ commands: { nft: 'v1', unshare: silent } });
    expect((await netNat.probe(context)).seen).toContain('nft: status 3');
  });

  it('loads the modules that were built', async () => {
    const config = 'CONFIG_NF_TABLES=m\nCONFIG_NFT_NAT=m\nCONFIG_NFT_MASQ=m\n';
    const context = fakeContext({
      commands: { nft: 'v1', unshare: refused, modprobe: '' },
      files: { '/boot/config-6.1.0-28-amd64': config },
    });
    expect(await netNat.probe(context)).toMatchObject({
      status: 'fail',
      seen: expect.stringContaining('No such file') as string,
      fix: [{ name: 'nf_tables' }, { name: 'nft_nat' }, { name: 'nft_masq' }],
    });
  });
});
