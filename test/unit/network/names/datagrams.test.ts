import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { decode, encode } from 'dns-packet';
import { systemClock } from '../../../../runtime/host/clock.ts';
import { Forwarder } from '../../../../runtime/network/names/forwarder.ts';
import { Responder } from '../../../../runtime/network/names/responder.ts';
import { serveDatagrams } from '../../../../runtime/network/names/serve-datagrams.ts';
import { FixedDirectory } from '../../../support/names/fixed-directory.ts';
import { UpstreamServer } from '../../../support/names/upstream-server.ts';

// Such as of a container that ends while it asks. An error here would end berthd; vitest counts it as one, too.
test('the answer to a question that is under way when the server ends is lost', async () => {
  const asked = Promise.withResolvers<undefined>();
  const upstream = await UpstreamServer.start(() => {
    asked.resolve(undefined);
    return [];
  });
  const forwarder = new Forwarder({ clock: systemClock });
  const responder = new Responder({
    sandbox: 'one',
    directory: new FixedDirectory({ web: ['10.5.0.2'] }),
    forwarder,
    forwarding: { upstreams: [upstream.place], forwarding: 'on' },
    report: (problem) => {
      throw problem;
    },
  });
  const [server, client] = [createSocket('udp4'), createSocket('udp4')];
  serveDatagrams(server, responder);
  server.bind(0, '127.0.0.1');
  await once(server, 'listening');
  const ask = (name: string): void => {
    const query = encode({ type: 'query', id: 1, questions: [{ name, type: 'A' }] });
    client.send(query, server.address().port, '127.0.0.1');
  };
  ask('web');
  const [answer] = (await once(client, 'message')) as [Buffer];
  expect(decode(answer).answers).toMatchObject([{ data: '10.5.0.2' }]);

  ask('elsewhere.example');
  await asked.promise;
  const closed = once(server, 'close');
  // In a reaction of a promise, as berthd does it: those that follow come before the event `close`.
  await Promise.resolve().then(() => {
    forwarder.close();
    server.close();
  });
  await closed;
  client.close();
  await upstream.close();
});
