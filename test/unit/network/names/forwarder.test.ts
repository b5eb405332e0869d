import { afterEach, expect, test } from 'vitest';
import { decode, encode } from 'dns-packet';
import { systemClock } from '../../../../runtime/host/clock.ts';
import {
  type Forwarded,
  Forwarder,
  type ForwardOutcome,
} from '../../../../runtime/network/names/forwarder.ts';
import {
  answerCode,
  answerWith,
  type Behaviour,
  UpstreamServer,
} from '../../../support/names/upstream-server.ts';

const query = encode({
  type: 'query',
  id: 4711,
  flags: 0x100,
  questions: [{ name: 'some.example', type: 'A' }],
});
const servers: UpstreamServer[] = [];
const forwarders: Forwarder[] = [];

afterEach(async () => {
  for (const forwarder of forwarders.splice(0)) forwarder.close();
  await Promise.all(servers.splice(0).map((server) => server.close()));
});

async function server(behaviour: Behaviour): Promise<UpstreamServer> {
  const started = await UpstreamServer.start(behaviour);
  servers.push(started);
  return started;
}

function forwarder(nextMs = 50, giveUpMs = 10_000): Forwarder {
  const made = new Forwarder({ clock: systemClock, patience: { nextMs, giveUpMs } });
  forwarders.push(made);
  return made;
}

function ask(
  by: Forwarder,
  upstreams: readonly UpstreamServer[],
  more: Partial<Forwarded> = {},
): Promise<ForwardOutcome> {
  const places = upstreams.map(({ place }) => place);
  return by.forward({ sandbox: 'one', upstreams: places, query, transport: 'udp', ...more });
}

function addressOf(outcome: ForwardOutcome): unknown {
  if (outcome.kind !== 'answered') return outcome.kind;
  const { id, answers = [] } = decode(outcome.answer);
  expect(id).toBe(4711);
  const [answer] = answers;
  return answer !== undefined && 'data' in answer ? answer.data : 'nothing';
}

const silent: Behaviour = () => [];
const answering =
  (address: string): Behaviour =>
  (asked) => [answerWith(asked, address)];

test('the first server that answers counts; one that fails, refuses, or is not there is passed over', async () => {
  const good = await server(answering('192.0.2.1'));
  const failing = await server((asked) => [answerCode(asked, 2)]);
  const refusing = await server((asked) => [answerCode(asked, 5)]);
  const gone = await server(silent);
  await servers.splice(servers.indexOf(gone), 1)[0]?.close();
  // Nothing here waits for the patience to end: that is longer than the test may take.
  const by = forwarder(200_000);
  expect(addressOf(await ask(by, [good, failing]))).toBe('192.0.2.1');
  expect(failing.asked).toEqual([]);
  expect(addressOf(await ask(by, [failing, refusing, good]))).toBe('192.0.2.1');
  expect(addressOf(await ask(by, [gone, good]))).toBe('192.0.2.1');
  expect(addressOf(await ask(by, [gone, good], { transport: 'tcp' }))).toBe('192.0.2.1');
  expect((await ask(by, [failing, gone])).kind).toBe('failed');
  expect((await ask(by, [])).kind).toBe('failed');
  // The kernel refuses to connect to it: a broadcast.
  const nowhere = { address: '255.255.255.255' };
  const all = { upstreams: [nowhere, good.place] };
  expect(addressOf(await ask(by, [], all))).toBe('192.0.2.1');
  // As many as in Docker and in resolv.conf(5).
  expect((await ask(by, [failing, failing, failing, good])).kind).toBe('failed');
  const unknown = await server((asked) => [answerCode(asked, 3)]);
  const outcome = await ask(by, [unknown, good]);
  expect(outcome.kind === 'answered' && outcome.answer.readUInt8(3) & 0xf).toBe(3);
});

test('one that says nothing costs its patience only, and its late answer still counts', async () => {
  const mute = await server(silent);
  const good = await server(answering('192.0.2.1'));
  expect(addressOf(await ask(forwarder(), [mute, good]))).toBe('192.0.2.1');
  expect(addressOf(await ask(forwarder(), [mute, good], { transport: 'tcp' }))).toBe('192.0.2.1');
  expect(mute.asked).toHaveLength(2);
  expect((await ask(forwarder(10, 100), [mute, mute])).kind).toBe('failed');
  expect((await ask(forwarder(10, 100), [mute], { transport: 'tcp' })).kind).toBe('failed');
});

test('answers that do not match the question are passed over', async () => {
  const liar = await server((asked) => {
    const other = { ...asked, questions: [{ name: 'other.example', type: 'A' as const }] };
    return [
      answerWith({ ...asked, id: ((asked.id ?? 0) + 1) % 0x10000 }, '192.0.2.66'),
      answerWith(other, '192.0.2.67'),
      answerWith(asked, '192.0.2.68', { type: 'query' }),
      Buffer.of(1, 2, 3),
      // What servers do with the case of names is theirs.
      answerWith({ ...asked, questions: [{ name: 'SOME.example', type: 'A' }] }, '192.0.2.1'),
    ];
  });
  const ids = new Set<number | undefined>();
  for (let i = 0; i < 20; i += 1) {
    const lying = liar.behaviour;
    liar.behaviour = (asked, transport, port) => {
      ids.add(asked.id);
      return lying(asked, transport, port);
    };
    expect(addressOf(await ask(forwarder(), [liar]))).toBe('192.0.2.1');
    liar.behaviour = lying;
  }
  expect(addressOf(await ask(forwarder(), [liar], { transport: 'tcp' }))).toBe('192.0.2.1');
  expect(ids.size).toBeGreaterThan(10);
});

test('who asks faster than servers answer is refused, and nobody else', async () => {
  const mute = await server(silent);
  const good = await server(answering('192.0.2.1'));
  const by = forwarder(200_000);
  const flood = Array.from({ length: 300 }, () => ask(by, [mute], { sandbox: 'loud' }));
  expect(addressOf(await ask(by, [good], { sandbox: 'quiet' }))).toBe('192.0.2.1');
  // The questions under way are given up, and only those beyond the limit were refused.
  by.close();
  const kinds = (await Promise.all(flood)).map(({ kind }) => kind);
  expect(kinds.filter((kind) => kind === 'refused')).toHaveLength(44);
  expect(kinds.filter((kind) => kind === 'failed')).toHaveLength(256);
});
