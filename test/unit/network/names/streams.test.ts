import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { decode, encode } from 'dns-packet';
import { systemClock } from '../../../../runtime/host/clock.ts';
import { Forwarder } from '../../../../runtime/network/names/forwarder.ts';
import { FrameParser, frame } from '../../../../runtime/network/names/frames.ts';
import { Responder } from '../../../../runtime/network/names/responder.ts';
import { serveStreams } from '../../../../runtime/network/names/serve-streams.ts';
import { FixedDirectory } from '../../../support/names/fixed-directory.ts';
import { answerWith, UpstreamServer } from '../../../support/names/upstream-server.ts';

let server: Server;
let upstream: UpstreamServer;
let forwarder: Forwarder;
let disconnect: () => void;

beforeEach(async () => {
  upstream = await UpstreamServer.start((asked) =>
    asked.questions?.[0]?.name === 'mute.example' ? [] : [answerWith(asked, '192.0.2.1')],
  );
  forwarder = new Forwarder({ clock: systemClock });
  const responder = new Responder({
    sandbox: 'one',
    directory: new FixedDirectory({
      web: ['10.5.0.2'],
      many: Array.from({ length: 250 }, (_, i) => `10.5.1.${i}`),
    }),
    forwarder,
    forwarding: { upstreams: [upstream.place], forwarding: 'on' },
    report: (problem) => {
      throw problem;
    },
  });
  server = createServer();
  disconnect = serveStreams(server, responder);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterEach(async () => {
  forwarder.close();
  disconnect();
  await new Promise((resolve) => server.close(resolve));
  await upstream.close();
});

function query(id: number, name: string): Buffer {
  return frame(encode({ type: 'query', id, questions: [{ name, type: 'A' }] }));
}

async function open(): Promise<Socket> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  return socket;
}

/** The numbers of the next answers, in the order in which they come. */
async function answers(socket: Socket, count: number): Promise<readonly unknown[]> {
  const parser = new FrameParser();
  const ids: unknown[] = [];
  for await (const chunk of socket.iterator({ destroyOnReturn: false })) {
    ids.push(...parser.push(chunk as Buffer).map((each) => decode(each).id));
    if (ids.length >= count) break;
  }
  return ids;
}

test('questions of one connection are answered when their answers are there', async () => {
  const socket = await open();
  const all = Buffer.concat([
    query(1, 'mute.example'),
    query(2, 'web'),
    query(3, 'some.example'),
    query(4, 'web'),
  ]);
  // In pieces that are no frames.
  socket.write(all.subarray(0, 33));
  socket.write(all.subarray(33, 50));
  socket.write(all.subarray(50));
  expect((await answers(socket, 3)).toSorted()).toEqual([2, 3, 4]);
  socket.end();
});

test('what is no message is passed over, and what is never read ends its connection', async () => {
  const socket = await open();
  socket.write(frame(Buffer.of(1, 2, 3)));
  socket.write(frame(Buffer.alloc(0)));
  socket.write(query(5, 'web'));
  expect(await answers(socket, 1)).toEqual([5]);
  socket.destroy();
  const deaf = await open();
  deaf.pause();
  const closed = new Promise((resolve) => deaf.once('close', resolve));
  const many = Buffer.concat(Array.from({ length: 100 }, (_, id) => query(id, 'many')));
  const send = (error?: Error | null): void => {
    if (!error) deaf.write(many, send);
  };
  send();
  await closed;
});
