/**
 * A host or container of a test: answers at ports 80 and 81 of tcp and udp, and asks others. Each line that it reads is a
 * question, each line that it writes an answer; see `peers.ts`.
 */
import { createSocket } from 'node:dgram';
import { connect, createServer, type Socket } from 'node:net';
import { createInterface } from 'node:readline';

/** Whom to ask. */
export interface Question {
  readonly id: number;
  readonly protocol: 'tcp' | 'udp';
  readonly host: string;
  readonly port: number;
  readonly timeoutMs: number;
  /** Name of a connection that stays open, to be asked again. */
  readonly keep?: string;
}

/** What the other said: its name and who it thinks has asked; nothing when nobody answered. */
export interface Reply {
  readonly id: number;
  readonly said?: string;
}

const [name = ''] = process.argv.slice(2);
const kept = new Map<string, Socket>();
const plain = (address: string | undefined): string =>
  `${name} ${(address ?? '').replace('::ffff:', '')}`;

const listening = [80, 81].flatMap((port) => {
  const server = createServer((socket) => {
    socket.unref();
    socket.on('error', () => undefined);
    socket.on('data', () => socket.write(plain(socket.remoteAddress)));
  });
  const datagrams = createSocket('udp6', (_, { address, port: theirs }) => {
    datagrams.send(plain(address), theirs, address);
  });
  // The end of what it reads is its own.
  server.unref();
  datagrams.unref();
  return [
    new Promise<void>((resolve) => server.listen(port, '::', resolve)),
    new Promise<void>((resolve) => datagrams.bind(port, '::', resolve)),
  ];
});
await Promise.all(listening);

createInterface({ input: process.stdin }).on('line', (line) => {
  const question = JSON.parse(line) as Question;
  const answer = (said?: string): void => {
    const reply: Reply = { id: question.id, ...(said !== undefined && { said }) };
    process.stdout.write(`${JSON.stringify(reply)}\n`);
  };
  if (question.protocol === 'tcp') askStream(question, answer);
  else askDatagram(question, answer);
});
process.stdout.write('ready\n');

function askStream(
  { host, port, timeoutMs, keep }: Question,
  answer: (said?: string) => void,
): void {
  const known = keep === undefined ? undefined : kept.get(keep)?.ref();
  const socket = known ?? connect({ host, port });
  const done = (said?: string): void => {
    clearTimeout(timer);
    socket.removeAllListeners();
    socket.on('error', () => undefined);
    if (keep === undefined || said === undefined) socket.destroy();
    else kept.set(keep, socket.unref());
    answer(said);
  };
  const timer = setTimeout(done, timeoutMs);
  socket.once('error', () => {
    done();
  });
  socket.once('data', (data) => {
    done(String(data));
  });
  socket.write('?');
}

function askDatagram({ host, port, timeoutMs }: Question, answer: (said?: string) => void): void {
  const socket = createSocket(host.includes(':') ? 'udp6' : 'udp4');
  const done = (said?: string): void => {
    clearTimeout(timer);
    socket.close();
    answer(said);
  };
  const timer = setTimeout(done, timeoutMs);
  socket.on('error', () => {
    done();
  });
  socket.once('message', (data) => {
    done(String(data));
  });
  socket.send('?', port, host);
}
