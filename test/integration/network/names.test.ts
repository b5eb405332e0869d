import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { NameService } from '../../../runtime/network/names/name-service.ts';
import { FixedDirectory } from '../../support/names/fixed-directory.ts';
import { answerCode, answerWith, UpstreamServer } from '../../support/names/upstream-server.ts';
import { TestNamespaces } from './namespaces.ts';

type Place = 'web' | 'database';

const names = {
  web: ['10.5.0.2', 'fd05::2'],
  database: ['10.5.0.3'],
  many: Array.from({ length: 60 }, (_, i) => `10.5.1.${i + 1}`),
};

let namespaces: TestNamespaces<Place>;
let upstream: UpstreamServer;
const directory = new FixedDirectory(names);
const notices: string[] = [];
let service: NameService;

const start = (): NameService =>
  new NameService({ directory, notice: (text) => notices.push(text) });
const client = (id: Place): Parameters<NameService['serve']>[0] => ({
  id,
  namespacePath: namespaces.path(id),
  upstreams: [upstream.place],
  forwarding: 'on',
});

beforeAll(async () => {
  namespaces = await TestNamespaces.make('web', 'database');
  // The C library asks for addresses of a family only where it has one (AI_ADDRCONFIG).
  namespaces.execute('web', 'ip', 'address', 'add', '10.5.0.2/24', 'dev', 'lo');
  upstream = await UpstreamServer.start((query, transport) => {
    const name = query.questions?.[0]?.name;
    if (name === 'missing.example') return [answerCode(query, 3)];
    if (name === 'large.example' && transport === 'udp')
      return [answerWith(query, '192.0.2.1', { flags: 0x380, answers: [] })];
    return [answerWith(query, '192.0.2.1')];
  });
  service = start();
  await service.serve(client('web'));
});
afterAll(async () => {
  await service.close();
  await upstream.close();
  await namespaces.close();
});

/** What dig(1) prints. */
async function dig(place: Place, ...args: readonly string[]): Promise<string> {
  const patience = ['+tries=1', '+timeout=10', '+nocookie'];
  return (await namespaces.begin(place, 'dig', '@127.0.0.11', ...patience, ...args)).trim();
}

/** What the C library of the host makes of names, in a container with the usual resolv.conf(5). */
async function getent(place: Place, ...args: readonly string[]): Promise<string> {
  const script = `printf 'nameserver 127.0.0.11\\noptions ndots:0 timeout:10\\n' >/tmp/berth-names.$$ &&
    mount --bind /tmp/berth-names.$$ /etc/resolv.conf && rm /tmp/berth-names.$$ && exec getent "$@"`;
  const shell = ['unshare', '--mount', 'sh', '-c', script, 'sh'];
  return (await namespaces.begin(place, ...shell, ...args)).trim();
}

test('dig finds names, addresses and what is elsewhere, by UDP and TCP', async () => {
  expect(await dig('web', '+short', 'web')).toBe('10.5.0.2');
  expect(await dig('web', '+short', '+tcp', 'WEB.')).toBe('10.5.0.2');
  expect(await dig('web', '+short', 'web.mynet', 'AAAA')).toBe('fd05::2');
  expect(await dig('web', '+short', '-x', '10.5.0.3')).toBe('database.mynet.');
  expect(await dig('web', '+short', '-x', 'fd05::2')).toBe('web.mynet.');
  expect(await dig('web', '+short', 'elsewhere.example')).toBe('192.0.2.1');
  expect(await dig('web', '+short', '+tcp', 'elsewhere.example')).toBe('192.0.2.1');
  // It is cut short by UDP, and dig asks again.
  expect(await dig('web', '+short', 'large.example')).toBe('192.0.2.1');
  expect(await dig('web', 'missing.example')).toContain('status: NXDOMAIN');
  const none = await dig('web', 'database', 'AAAA');
  expect(none).toContain('status: NOERROR');
  expect(none).toContain('ANSWER: 0');
  expect(upstream.asked).not.toContain('database');
  const full = await dig('web', '+noall', '+answer', '+comments', 'web');
  expect(full).toMatch(/^web\.\s+600\s+IN\s+A\s+10\.5\.0\.2$/m);
  expect(full).toContain('EDNS: version: 0');
  expect(full).not.toContain('WARNING');
  // More addresses than fit: dig asks by TCP.
  const all = await dig('web', '+short', '+noedns', 'many');
  expect(all.split('\n').toSorted()).toEqual(names.many.toSorted());
});

test('the C library resolves names without asking others, and Node.js in turn', async () => {
  upstream.asked.length = 0;
  expect(await getent('web', 'ahostsv4', 'database')).toContain('10.5.0.3');
  expect(await getent('web', 'ahosts', 'database')).toMatch(/^10\.5\.0\.3 +STREAM database/);
  expect(await getent('web', 'hosts', '10.5.0.2')).toMatch(/^10\.5\.0\.2 +web\.mynet$/);
  expect(upstream.asked).toEqual([]);
  const script = `const { Resolver } = require('node:dns').promises;
    // It remembers answers.
    const resolver = () => {
      const made = new Resolver({ timeout: 10_000, tries: 1 });
      made.setServers(['127.0.0.11']);
      return made;
    };
    const found = [];
    (async () => {
      for (let i = 0; i < 60; i += 1) found.push((await resolver().resolve4('many'))[0]);
      found.push(await resolver().resolve6('database').catch(({ code }) => code));
      console.log(JSON.stringify(found));
    })();`;
  const found = JSON.parse(
    await namespaces.begin('web', process.execPath, '-e', script),
  ) as readonly string[];
  expect(found.at(-1)).toBe('ENODATA');
  expect(new Set(found.slice(0, -1)).size).toBe(16);
});

test('a container may have a name server of its own, and its own rules', async () => {
  const script = `const socket = require('node:dgram').createSocket('udp4');
    socket.bind(53, () => require('node:net').createServer().listen(53, () => {
      const { execFileSync } = require('node:child_process');
      const run = (...args) => execFileSync(args[0], args.slice(1), { encoding: 'utf8' });
      // Connections are tracked, and what belongs to none is dropped.
      run('nft', 'add table ip own; add chain ip own in { type filter hook input priority 0; }; add rule ip own in ct state invalid,new ip saddr 127.0.0.11 drop');
      const ask = (...more) => run('dig', '@127.0.0.11', '+short', '+tries=1', '+timeout=10', 'web', ...more);
      console.log(JSON.stringify([ask(), ask('+tcp')]));
      run('nft', 'delete table ip own');
      process.exit();
    }));`;
  const output = await namespaces.begin('web', process.execPath, '-e', script);
  expect(JSON.parse(output)).toEqual(['10.5.0.2\n', '10.5.0.2\n']);
  expect(notices).toEqual([]);
  const rules = namespaces.execute('web', 'nft', 'list', 'table', 'ip', 'berth-dns');
  expect(rules).toMatch(/ip daddr 127\.0\.0\.11 udp dport 53 udp dport set 6\d{4}$/m);
  expect(rules).toMatch(/ip saddr 127\.0\.0\.11 tcp sport 6\d{4} tcp sport set 53$/m);
});

test('a packet from no port does no harm', async () => {
  const rule = `add table ip own
    add chain ip own out { type filter hook output priority -400; }
    add rule ip own out udp dport 53 udp sport set 0`;
  namespaces.execute('web', 'nft', rule);
  const script = `const s = require('node:dgram').createSocket('udp4');
    s.send(Buffer.from('001101000001000000000000037765620000010001', 'hex'), 53, '127.0.0.11', () => s.close());`;
  await namespaces.begin('web', process.execPath, '-e', script);
  namespaces.execute('web', 'nft', 'delete table ip own');
  expect(await dig('web', '+short', 'web')).toBe('10.5.0.2');
});

test('where the kernel does not redirect, the server is at port 53 itself, and that is told', async () => {
  // What keeps the table from berth: one that is another process's alone, as long as that runs.
  const owner = spawn('nsenter', [`--net=${namespaces.path('database')}`, 'nft', '-i'], {
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  const ended = once(owner, 'exit');
  owner.stdin.write('add table ip berth-dns { flags owner; }\n');
  const tables = (): string => namespaces.execute('database', 'nft', 'list', 'tables');
  await expect.poll(tables, { timeout: 10_000 }).toContain('berth-dns');
  try {
    await service.serve(client('database'));
    expect(await dig('database', '+short', 'web')).toBe('10.5.0.2');
    expect(await dig('database', '+short', '+tcp', 'web')).toBe('10.5.0.2');
    expect(notices.splice(0)).toEqual([expect.stringContaining('cannot redirect port 53')]);
  } finally {
    await service.stop('database');
    owner.stdin.end();
    await ended;
  }
});

test('changes of the directory and of the networks count at once', async () => {
  directory.change({ ...names, web: ['10.5.0.9'] });
  expect(await dig('web', '+short', 'web')).toBe('10.5.0.9');
  directory.change(names);
  expect(await dig('web', '+short', 'web')).toBe('10.5.0.2');
  service.change('web', { upstreams: [upstream.place], forwarding: 'off' });
  expect(await dig('web', 'elsewhere.example')).toContain('status: SERVFAIL');
  expect(await dig('web', '+short', 'web')).toBe('10.5.0.2');
  service.change('web', { upstreams: [upstream.place], forwarding: 'on' });
  expect(await dig('web', '+short', 'elsewhere.example')).toBe('192.0.2.1');
});

test('each container has its own; one that stops has none, and after a restart it has one again', async () => {
  await service.serve(client('database'));
  expect(await dig('database', '+short', 'web')).toBe('10.5.0.2');
  await service.stop('database');
  await expect(dig('database', '+short', '+tcp', 'web')).rejects.toThrow();
  expect(await dig('web', '+short', 'web')).toBe('10.5.0.2');
  // berthd's own end, without a word to anybody, and another in its place.
  await service.close();
  service = start();
  await service.serve(client('web'));
  expect(await dig('web', '+short', 'web')).toBe('10.5.0.2');
  expect(await dig('web', '+short', '+tcp', 'web')).toBe('10.5.0.2');
  await expect(
    service.serve({
      ...client('web'),
      id: 'gone',
      namespacePath: `${namespaces.path('web')}-gone`,
    }),
  ).rejects.toThrow('ENOENT');
});

test('a server of IPv6 whose port nobody has is passed over at once, from a container too', async () => {
  // The next one is asked for no other reason than that the first has failed.
  const patience = { nextMs: 60_000, giveUpMs: 60_000 };
  const patient = new NameService({ directory, notice: (text) => notices.push(text), patience });
  const closed = { address: '::1', port: 9, from: 'container' } as const;
  try {
    await patient.serve({ ...client('database'), upstreams: [closed, upstream.place] });
    // More than are made at once.
    const all = Array.from({ length: 20 }, (_, i) => `name${i}.example`);
    const found = await dig('database', '+short', ...all);
    expect(found.split('\n')).toEqual(all.map(() => '192.0.2.1'));
    await patient.serve({ ...client('database'), upstreams: [closed] });
    expect(await dig('database', 'name.example')).toContain('status: SERVFAIL');
  } finally {
    await patient.close();
  }
});
