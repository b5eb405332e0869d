import { answerWith, UpstreamServer } from '../../support/names/upstream-server.ts';

/**
 * A name server at port 53 for `nsenter`: arguments are where it listens and the address that it says names have. `port.example` has
 * one that ends in the port from which it was asked, and `large.example` none by UDP: its answer is cut short.
 */
const [address = '', answer = ''] = process.argv.slice(2);
await UpstreamServer.start(
  (query, transport, port) => {
    const name = query.questions?.[0]?.name;
    if (name === 'port.example')
      return [answerWith(query, `10.1.${Math.floor(port / 256)}.${port % 256}`)];
    if (name === 'large.example' && transport === 'udp')
      return [answerWith(query, answer, { flags: 0x380, answers: [] })];
    return [answerWith(query, answer)];
  },
  { address, port: 53 },
);
process.stdout.write('ready\n');
