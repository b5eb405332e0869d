import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { removeTree } from '../../../support/remove-tree.ts';
import { NetworkedDaemon } from '../networked-daemon.ts';

const child = join(import.meta.dirname, '../name-server-child.ts');
const resolvConf = join(tmpdir(), `berth-resolv-conf-${process.pid}`);
const servers: ChildProcess[] = [];
let daemon: NetworkedDaemon;

beforeAll(async () => {
  // Nobody but the host itself reaches its own loopback.
  writeFileSync(resolvConf, 'nameserver 127.0.0.1\n');
  daemon = await NetworkedDaemon.start({ 'resolv-conf': resolvConf });
  const subnets = ['--subnet', '10.93.0.0/24', '--subnet', 'fd93::/64', '--ipv6'];
  await daemon.docker('network', 'create', '--internal', ...subnets, 'back');
  await daemon.docker('network', 'create', 'front');
  const fixed = ['--ip', '10.93.0.53', '--ip6', 'fd93::53'];
  await container('server', 'back', ...fixed);
  await serveNames(await namespaceOf('server'), '10.93.0.53', '192.0.2.53');
  await serveNames(await namespaceOf('server'), 'fd93::53', '192.0.2.54');
  await serveNames(daemon.namespace('host'), '127.0.0.1', '192.0.2.99');
});
afterAll(async () => {
  for (const server of servers) {
    server.kill('SIGKILL');
    if (server.exitCode === null && server.signalCode === null) await once(server, 'exit');
  }
  removeTree(resolvConf);
  await daemon.stop();
});

function container(name: string, network: string, ...options: readonly string[]): Promise<string> {
  const all = ['--name', name, '--network', network, ...options];
  return daemon.docker('run', '-d', ...all, 'bb', 'sleep', '1000');
}

async function namespaceOf(name: string): Promise<string> {
  return `/proc/${await daemon.docker('inspect', '-f', '{{.State.Pid}}', name)}/ns/net`;
}

async function serveNames(namespace: string, address: string, answer: string): Promise<void> {
  const args = [`--net=${namespace}`, process.execPath, child, address, answer];
  const server = spawn('nsenter', args, { stdio: ['ignore', 'pipe', 'inherit'] });
  servers.push(server);
  await Promise.race([
    once(server.stdout, 'data'),
    once(server, 'exit').then(() => Promise.reject(new Error('the name server has ended'))),
  ]);
}

/** What dig(1) says in a container's network. */
async function dig(name: string, ...args: readonly string[]): Promise<string> {
  const patience = ['@127.0.0.11', '+tries=1', '+timeout=10', '+nocookie'];
  const all = [`--net=${await namespaceOf(name)}`, 'dig', ...patience, ...args];
  return (await promisify(execFile)('nsenter', all)).stdout.trim();
}

test('the servers of --dns are asked from the container’s network, by UDP and TCP', async () => {
  await container('asker', 'back', '--dns', '10.93.0.53');
  expect(await dig('asker', '+short', 'some.example')).toBe('192.0.2.53');
  expect(await dig('asker', '+short', '+tcp', 'some.example')).toBe('192.0.2.53');
  // It is cut short by UDP, and dig asks again.
  expect(await dig('asker', '+short', 'large.example')).toBe('192.0.2.53');
  const found = await daemon.docker('exec', 'asker', 'busybox', 'nslookup', 'some.example');
  expect(found).toContain('192.0.2.53');
  await container('asker6', 'back', '--dns', 'fd93::53');
  expect(await dig('asker6', '+short', 'some.example')).toBe('192.0.2.54');
  expect(await dig('asker6', '+short', '+tcp', 'some.example')).toBe('192.0.2.54');
  // In one more network it is the same.
  await daemon.docker('network', 'connect', 'front', 'asker');
  expect(await dig('asker', '+short', 'some.example')).toBe('192.0.2.53');
});

test('each question comes from another port, and many at once are answered', async () => {
  const names = Array.from({ length: 30 }, () => 'port.example');
  for (const name of ['asker', 'asker6']) {
    const ports = (await dig(name, '+short', ...names)).split('\n');
    expect(ports).toHaveLength(30);
    expect(new Set(ports).size).toBeGreaterThan(20);
  }
  const script = `const socket = require('node:dgram').createSocket('udp4');
    const question = (id) => Buffer.from(id.toString(16).padStart(4, '0') +
      '01000001000000000000' + '04736f6d65076578616d706c6500' + '00010001', 'hex');
    const answered = new Map();
    socket.on('message', (answer) => {
      answered.set(answer.readUInt16BE(0), answer.subarray(-4).join('.'));
      if (answered.size < 100) return;
      console.log(JSON.stringify([...new Set(answered.values())]));
      socket.close();
    });
    for (let id = 1; id <= 100; id += 1) socket.send(question(id), 53, '127.0.0.11');`;
  const args = [`--net=${await namespaceOf('asker')}`, process.execPath, '-e', script];
  const { stdout } = await promisify(execFile)('nsenter', args, { timeout: 20_000 });
  expect(JSON.parse(stdout)).toEqual(['192.0.2.53']);
});

test('one that is not there does not hold up: nobody at an address, no port, no way; nor the server itself', async () => {
  const dead = [
    ['127.0.0.11', '10.93.0.77'],
    ['10.93.0.1', '203.0.113.1'],
  ] as const;
  for (const [index, [first, second]] of dead.entries()) {
    const name = `patient${index}`;
    await container(name, 'back', '--dns', first, '--dns', second, '--dns', '10.93.0.53');
    expect(await dig(name, '+short', 'some.example')).toBe('192.0.2.53');
    expect(await dig(name, '+short', '+tcp', 'some.example')).toBe('192.0.2.53');
  }
  await container('lonely', 'back', '--dns', '127.0.0.11');
  expect(await dig('lonely', 'some.example')).toContain('status: SERVFAIL');
});

test('the host’s own are asked from the host, and for nobody who is in internal networks only', async () => {
  await container('usual', 'front');
  expect(await dig('usual', '+short', 'some.example')).toBe('192.0.2.99');
  expect(await dig('usual', '+short', '+tcp', 'some.example')).toBe('192.0.2.99');
  await container('inside', 'back');
  expect(await dig('inside', 'some.example')).toContain('status: SERVFAIL');
  // A container's own loopback, where nobody answers, and the host's, where somebody would.
  await container('own', 'front', '--dns', '127.0.0.1');
  expect(await dig('own', 'some.example')).toContain('status: SERVFAIL');
  await serveNames(await namespaceOf('own'), '127.0.0.1', '192.0.2.55');
  expect(await dig('own', '+short', 'some.example')).toBe('192.0.2.55');
});

test('so it is after a restart of berthd, and of the container', async () => {
  await daemon.restart('SIGKILL');
  // By TCP it is known at once whether it answers again.
  const isThere = (name: string) => () =>
    dig(name, '+short', '+tcp', name).then(
      () => true,
      () => false,
    );
  for (const name of ['asker', 'usual'])
    await expect.poll(isThere(name), { timeout: 10_000 }).toBe(true);
  expect(await dig('asker', '+short', 'some.example')).toBe('192.0.2.53');
  expect(await dig('usual', '+short', 'some.example')).toBe('192.0.2.99');
  await daemon.docker('restart', '-t', '0', 'asker');
  expect(await dig('asker', '+short', 'some.example')).toBe('192.0.2.53');
});
