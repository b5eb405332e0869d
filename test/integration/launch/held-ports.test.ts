import { createSocket, type Socket as Datagrams } from 'node:dgram';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, expect, test } from 'vitest';
import { ContainerRuntime } from '../../../runtime/launch/container-runtime.ts';
import type { HeldPort } from '../../../runtime/launch/ports/held-port.ts';
import { HostPorts } from '../../../runtime/network/ports/host-ports.ts';
import { findPortHolder } from '../../../runtime/network/ports/port-holder.ts';
import { portGroups } from '../../../runtime/network/ports/port-groups.ts';
import { portWishes } from '../../../runtime/network/ports/port-wishes.ts';
import { withHostPorts } from '../../../runtime/network/ports/with-host-ports.ts';
import { Launcher } from '../../../runtime/syscall/launcher.ts';
import { useMachine } from './use-machine.ts';

const machine = useMachine();
const closers: (() => void)[] = [];

afterEach(() => {
  for (const close of closers.splice(0)) close();
});

/** Listens on a port, 0 for any, until the end of the test or until it is closed. */
async function listen(
  address: string,
  port = 0,
  onConnection: (socket: Socket) => void = () => undefined,
): Promise<{ readonly port: number; readonly server: Server }> {
  const server = createServer({ allowHalfOpen: true }, onConnection);
  server.listen({ host: address, port });
  await once(server, 'listening');
  closers.push(() => server.close());
  const bound = server.address();
  return { server, port: bound !== null && typeof bound === 'object' ? bound.port : 0 };
}

/** A port that nobody has at this moment. */
async function freePort(): Promise<number> {
  const { port, server } = await listen('127.0.0.1');
  server.close();
  await once(server, 'close');
  return port;
}

async function bindDatagrams(address: string, port = 0): Promise<Datagrams> {
  const socket = createSocket(address.includes(':') ? 'udp6' : 'udp4');
  socket.bind(port, address);
  await once(socket, 'listening');
  closers.push(() => socket.close());
  return socket;
}

/** Says something, ends that side, and gives what comes back. */
async function exchange(host: string, port: number, say: string): Promise<string> {
  const socket = connect({ host, port, allowHalfOpen: true });
  socket.end(say);
  return text(socket);
}

/** Says how much has come, when the other side has ended. */
function count(socket: Socket): void {
  let bytes = 0;
  socket.on('data', (data) => {
    bytes += data.length;
  });
  socket.on('end', () => socket.end(`${bytes} bytes`));
}

const sleeper = ['sleep', '1000'];

test('the ports of a container are nobody else’s until it ends, whoever else does', async () => {
  const port = await freePort();
  const heldPorts: readonly HeldPort[] = [
    { protocol: 'tcp', address: '127.0.0.1', port },
    { protocol: 'tcp', address: '::1', port },
    { protocol: 'udp', address: '127.0.0.1', port },
  ];
  // The launcher that has started it goes, as it does with a berthd that is killed.
  const launcher = await Launcher.start();
  const execSocket = `${machine().folder}/held.sock`;
  const runtime = await ContainerRuntime.create(launcher, { execSocket });
  const request = { ...machine().request(sleeper), heldPorts };
  await runtime.start(request);
  await launcher.stop();
  for (const address of ['127.0.0.1', '0.0.0.0', '::1', '::'])
    await expect(listen(address, port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  await expect(bindDatagrams('127.0.0.1', port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
  // Nobody waits in vain where no rule of the firewall leads further.
  for (const address of ['127.0.0.1', '::1'])
    await expect(exchange(address, port, 'hello')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  const sender = await bindDatagrams('127.0.0.1');
  sender.send('nobody reads this', port, '127.0.0.1');

  const monitor = await machine().runtime.connect(request.runDir);
  monitor?.signal(9);
  await monitor?.closed;
  await listen('127.0.0.1', port);
  await bindDatagrams('127.0.0.1', port);
});

test('a container that has its ports has no descriptors of them', async () => {
  const port = await freePort();
  const heldPorts = (['tcp', 'udp'] as const).map((protocol): HeldPort => {
    const to = { address: '127.0.0.1', port: 1 };
    return { protocol, address: '127.0.0.1', port, relayTo: to };
  });
  const request = machine().request(['ls', '-l', '/proc/self/fd']);
  const { stdout } = await machine().finish({ ...request, heldPorts });
  expect(stdout).toContain('/dev/null');
  expect(stdout).not.toContain('socket');
});

test('a port that another process has is an error that names it, or another one is taken', async () => {
  const { port } = await listen('127.0.0.1');
  const publish = (HostPort: string): Promise<readonly number[]> => {
    const bindings = { '80/tcp': [{ HostIp: '127.0.0.1', HostPort }] };
    const groups = portGroups(portWishes({ bindings, exposed: [], publishAll: false }), {
      container: { ipv4: true, ipv6: false },
      hasIpv6: true,
      relays: true,
    });
    const ports = new HostPorts({ first: port, last: Math.min(port + 9, 65_535) });
    const request = { owner: 'web', groups, addresses: { 4: '172.17.0.2' } };
    return withHostPorts(ports, request, async (published) => {
      const heldPorts = published.map(({ protocol, hostAddress, hostPort }) => ({
        protocol,
        address: hostAddress,
        port: hostPort,
      }));
      await machine().finish({ ...machine().request(['true']), heldPorts });
      return published.map(({ hostPort }) => hostPort);
    });
  };
  await expect(publish(String(port))).rejects.toMatchObject({
    code: 'HOST_PORT_UNAVAILABLE',
    message: expect.stringContaining(
      `failed to bind host port for 127.0.0.1:${port}:172.17.0.2:80/tcp: address already in use (by process ${process.pid}, `,
    ) as unknown,
    details: { protocol: 'tcp', address: '127.0.0.1', port, errno: 'EADDRINUSE' },
  });
  const datagrams = (await bindDatagrams('::1')).address().port;
  expect(await findPortHolder({ protocol: 'udp', address: '::', port: datagrams })).toMatchObject({
    pid: process.pid,
  });
  const [other] = await publish('');
  expect(other).toBeGreaterThan(port);
  // Documentation's own (RFC 5737): no host has it.
  const heldPorts = [{ protocol: 'udp', address: '192.0.2.1', port }] as const;
  await expect(
    machine().runtime.start({ ...machine().request(['true']), heldPorts }),
  ).rejects.toMatchObject({
    code: 'HOST_PORT_UNAVAILABLE',
    message: expect.stringContaining('hold port 192.0.2.1') as unknown,
    details: { errno: 'EADDRNOTAVAIL' },
  });
});

test('the relay passes connections on, each side’s end by itself, and resets', async () => {
  const port = await freePort();
  const { port: target } = await listen('127.0.0.1', 0, count);
  const closed = await freePort();
  const refusing = await freePort();
  const relayTo = { address: '127.0.0.1', port: target };
  const heldPorts: readonly HeldPort[] = [
    { protocol: 'tcp', address: '127.0.0.1', port },
    { protocol: 'tcp', address: '::1', port: refusing, relayTo: { ...relayTo, port: closed } },
    { protocol: 'tcp', address: '::1', port, relayTo },
  ];
  const running = await machine().start({ ...machine().request(sleeper), heldPorts });
  const sizes = [0, 1, 65_536, 3_000_000, ...Array.from({ length: 20 }, (_, i) => 1000 + i)];
  expect(await Promise.all(sizes.map((size) => exchange('::1', port, 'x'.repeat(size))))).toEqual(
    sizes.map((size) => `${size} bytes`),
  );
  // Where nobody listens behind it, and where the other side is cut.
  await expect(exchange('::1', refusing, 'hello')).rejects.toMatchObject({ code: 'ECONNRESET' });
  const open = connect({ host: '::1', port, allowHalfOpen: true });
  await once(open, 'connect');
  open.write('and');
  const cut = text(open).catch(() => '');
  running.monitor.signal(9);
  await running.ended();
  await cut;
  await listen('::1', port);
});

test('the relay passes datagrams on, and answers to who has asked', async () => {
  const echo = await bindDatagrams('127.0.0.1');
  echo.on('message', (said, from) => {
    echo.send(`${from.port}: ${String(said)}`, from.port, from.address);
  });
  const port = await freePort();
  const relayTo = { address: '127.0.0.1', port: echo.address().port };
  const heldPorts: readonly HeldPort[] = [
    { protocol: 'udp', address: '::1', port, relayTo },
    { protocol: 'udp', address: '127.0.0.1', port, relayTo },
  ];
  const running = await machine().start({ ...machine().request(sleeper), heldPorts });
  const ask = async (socket: Datagrams, to: string, say: string): Promise<readonly string[]> => {
    const answer = once(socket, 'message');
    socket.send(say, port, to);
    const [said, from] = (await answer) as [Buffer, { readonly address: string }];
    const [by = '', ...words] = String(said).split(': ');
    return [by, words.join(': '), from.address];
  };
  const [one, other, third] = [
    await bindDatagrams('::1'),
    await bindDatagrams('::1'),
    await bindDatagrams('127.0.0.1'),
  ] as const;
  const [first, said, from] = await ask(one, '::1', 'hello');
  expect([said, from]).toEqual(['hello', '::1']);
  const answers = await Promise.all([
    ask(one, '::1', 'x'.repeat(9000)),
    ask(other, '::1', ''),
    ask(third, '127.0.0.1', 'four'),
  ]);
  expect(answers.map(([, text, address]) => [text?.length, address])).toEqual([
    [9000, '::1'],
    [0, '::1'],
    [4, '127.0.0.1'],
  ]);
  // To the container each client is one, and always the same.
  expect(answers[0][0]).toBe(first);
  expect(new Set(answers.map(([by]) => by)).size).toBe(3);
  running.monitor.signal(9);
  await running.ended();
  await bindDatagrams('::1', port);
});

test('relays of both protocols lead elsewhere from the moment that they are told', async () => {
  const port = await freePort();
  const places = await Promise.all(
    ['first', 'second'].map(async (name) => {
      const { port: tcp } = await listen('127.0.0.1', 0, (socket) => socket.end(name));
      const datagrams = await bindDatagrams('127.0.0.1');
      datagrams.on('message', (_, from) => {
        datagrams.send(name, from.port, from.address);
      });
      return { tcp, udp: datagrams.address().port };
    }),
  );
  const held = (at: number): readonly HeldPort[] =>
    (['tcp', 'udp'] as const).map((protocol) => {
      const place = places[at];
      const to = place && { address: '127.0.0.1', port: place[protocol] };
      return { protocol, address: '::1', port, relayTo: to };
    });
  const request = machine().request(sleeper);
  const running = await machine().start({ ...request, heldPorts: held(0) });
  const client = await bindDatagrams('::1');
  const ask = async (): Promise<readonly string[]> => {
    const answer = once(client, 'message');
    client.send('who?', port, '::1');
    const [said] = (await answer) as [Buffer];
    return [await exchange('::1', port, ''), String(said)];
  };
  expect(await ask()).toEqual(['first', 'first']);
  await machine().runtime.moveRelays(request.runDir, held(1));
  expect(await ask()).toEqual(['second', 'second']);
  // Nowhere: a connection is cut.
  await machine().runtime.moveRelays(request.runDir, held(2));
  await expect(exchange('::1', port, '')).rejects.toMatchObject({ code: 'ECONNRESET' });
  running.monitor.signal(9);
  await running.ended();
});
