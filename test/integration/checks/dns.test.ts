import { createSocket, type Socket } from 'node:dgram';
import { once } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import { askDnsServer } from '../../../runtime/host/dns.ts';

const sockets: Socket[] = [];
afterEach(async () => {
  for (const socket of sockets.splice(0)) {
    socket.close();
    await once(socket, 'close');
  }
});

/** A name server on loopback that answers each question with `answer(question)`; `undefined` is no answer. */
async function nameServer(answer: (question: Buffer) => Buffer | undefined): Promise<string> {
  const socket = createSocket('udp4');
  sockets.push(socket);
  socket.on('message', (question, { port, address }) => {
    const reply = answer(question);
    if (reply !== undefined) socket.send(reply, port, address);
  });
  socket.bind(0, '127.0.0.1');
  await once(socket, 'listening');
  return `127.0.0.1:${socket.address().port}`;
}

/** The question with the header of an answer (RFC 1035, section 4.1.1). */
function reply(
  question: Buffer,
  header: { readonly code: number; readonly answers: Buffer[] },
): Buffer {
  // Header, then the name as labels up to a zero byte, then type and class.
  const end = question.indexOf(0, 12) + 5;
  const bytes = Buffer.from(question.subarray(0, end));
  bytes.writeUInt16BE(0x8180 | header.code, 2);
  bytes.writeUInt16BE(header.answers.length, 6);
  bytes.writeUInt32BE(0, 8);
  return Buffer.concat([bytes, ...header.answers]);
}

/** An A record for the name of the question. */
const address = (...octets: readonly number[]): Buffer =>
  Buffer.from([0xc0, 12, 0, 1, 0, 1, 0, 0, 0, 60, 0, 4, ...octets]);

const ask = (server: string): ReturnType<typeof askDnsServer> =>
  askDnsServer({ server, name: 'registry.example', timeoutMs: 300 });

describe('asking one name server', () => {
  it('gives its addresses', async () => {
    const server = await nameServer((question) =>
      reply(question, { code: 0, answers: [address(192, 0, 2, 7)] }),
    );
    expect(await ask(server)).toMatchObject({ kind: 'addresses', addresses: ['192.0.2.7'] });
  });

  it('tells that it does not know the name', async () => {
    const server = await nameServer((question) => reply(question, { code: 3, answers: [] }));
    expect(await ask(server)).toMatchObject({ kind: 'error', code: 'ENOTFOUND' });
  });

  it('tells that it does not answer, and asks once only', async () => {
    let questions = 0;
    const server = await nameServer(() => {
      questions += 1;
      return undefined;
    });
    const answer = await ask(server);
    expect(answer).toMatchObject({ kind: 'error', code: 'ETIMEOUT' });
    expect(answer.elapsedMs).toBeGreaterThanOrEqual(250);
    expect(questions).toBe(1);
  });

  it('tells that nobody is there', async () => {
    const server = await nameServer(() => undefined);
    const [socket] = sockets.splice(0);
    socket?.close();
    expect(await ask(server)).toMatchObject({ kind: 'error', code: 'ECONNREFUSED' });
  });

  it('gives up when asked to', async () => {
    const abort = new AbortController();
    const server = await nameServer(() => {
      abort.abort();
      return undefined;
    });
    const question = { server, name: 'registry.example', timeoutMs: 60_000, signal: abort.signal };
    expect(await askDnsServer(question)).toMatchObject({ kind: 'error', code: 'ECANCELLED' });
  });

  it('does not throw for what is no address', async () => {
    expect(await ask('not an address')).toMatchObject({ kind: 'error' });
  });
});
