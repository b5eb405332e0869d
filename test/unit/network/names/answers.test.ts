import { decode, encode, type Packet } from 'dns-packet';
import { expect, test } from 'vitest';
import { systemClock } from '../../../../runtime/host/clock.ts';
import { Forwarder } from '../../../../runtime/network/names/forwarder.ts';
import { Responder } from '../../../../runtime/network/names/responder.ts';
import { FixedDirectory } from '../../../support/names/fixed-directory.ts';
import { random as randomOf } from '../../../support/random.ts';

const names = {
  web: ['10.5.0.2', 'fd05::2'],
  database: ['10.5.0.3'],
  many: Array.from({ length: 40 }, (_, i) => `10.5.1.${i + 1}`),
};

const problems: unknown[] = [];

function responder(directory = new FixedDirectory(names)): Responder {
  return new Responder({
    sandbox: 'one',
    directory,
    forwarder: new Forwarder({ clock: systemClock }),
    forwarding: { upstreams: [], forwarding: 'off' },
    report: (problem) => problems.push(problem),
  });
}

function question(name: string, type: string, more: Partial<Packet> = {}): Buffer {
  const questions = [{ name, type: type as 'A' }];
  return encode({ type: 'query', id: 4711, flags: 0x100, questions, ...more });
}

const edns = (udpPayloadSize: number): Partial<Packet> => ({
  additionals: [
    {
      name: '.',
      type: 'OPT',
      udpPayloadSize,
      extendedRcode: 0,
      ednsVersion: 0,
      flags: 0,
      flag_do: false,
      options: [],
    },
  ],
});

async function ask(
  query: Buffer,
  transport: 'udp' | 'tcp' = 'udp',
): Promise<ReturnType<typeof decode> & { readonly code: number; readonly bytes: Buffer }> {
  const bytes = (await responder().answer(query, transport)) ?? Buffer.alloc(0);
  return { ...decode(bytes), code: (bytes[3] ?? 0) & 0xf, bytes };
}

const data = ({ answers = [] }: Packet): readonly unknown[] =>
  answers.map((answer) => ('data' in answer ? answer.data : undefined));

test('names have their addresses, whatever their case and with a dot at the end', async () => {
  const answer = await ask(question('WeB', 'A'));
  expect(answer).toMatchObject({
    id: 4711,
    type: 'response',
    code: 0,
    flag_ra: true,
    flag_rd: true,
    flag_aa: false,
  });
  expect(answer.questions).toEqual([{ name: 'WeB', type: 'A', class: 'IN' }]);
  expect(answer.answers).toMatchObject([
    { name: 'WeB', type: 'A', ttl: 600, class: 'IN', data: '10.5.0.2' },
  ]);
  expect(data(await ask(question('web.mynet.', 'AAAA')))).toEqual(['fd05::2']);
});

test('a known name has no records of other kinds, and nobody else is asked', async () => {
  for (const type of ['AAAA', 'MX', 'TXT', 'SOA', 'ANY', 'UNKNOWN_65']) {
    const answer = await ask(question('database', type));
    expect([type, answer.code, data(answer)]).toEqual([type, 0, []]);
  }
  // Those would be asked elsewhere, which is off here.
  for (const name of ['unknown', 'web.elsewhere.example', '.'])
    expect((await ask(question(name, 'A'))).code).toBe(2);
});

test('addresses have their names', async () => {
  expect(data(await ask(question('3.0.5.10.in-addr.arpa', 'PTR')))).toEqual(['database.mynet']);
  const nibbles = '2.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.5.0.d.f';
  expect(data(await ask(question(`${nibbles}.IP6.ARPA`, 'PTR')))).toEqual(['web.mynet']);
  for (const name of [
    '4.0.5.10.in-addr.arpa',
    '300.0.5.10.in-addr.arpa',
    '5.10.in-addr.arpa',
    'web',
  ])
    expect((await ask(question(name, 'PTR'))).code).toBe(2);
});

test('the question comes back byte for byte, also one that is no text', async () => {
  const strange = Buffer.concat([
    question('web', 'A').subarray(0, 12),
    Buffer.from([3, 0xff, 0xc0, 0x80, 3, ...Buffer.from('a.b'), 0, 0, 65, 0, 1]),
  ]);
  const classless = Buffer.from(question('web', 'A'));
  classless.writeUInt16BE(4711, classless.length - 2);
  for (const [query, code] of [
    [strange, 2],
    [classless, 5],
    [question('a.b', 'UNKNOWN_65', edns(1232)), 2],
  ] as const) {
    const answer = (await responder().answer(query, 'udp')) ?? Buffer.alloc(0);
    const end = query.length - (query.readUInt16BE(10) === 1 ? 11 : 0);
    expect([answer.readUInt16BE(4), (answer[3] ?? 0) & 0xf]).toEqual([1, code]);
    expect(answer.subarray(12, end)).toEqual(query.subarray(12, end));
    expect(answer.length - end).toBe(query.length - end);
  }
});

test('a name that no message can have is not given for an address', async () => {
  for (const name of ['x'.repeat(64), Array.from({ length: 60 }, () => 'abcd').join('.')]) {
    const directory = new FixedDirectory({ [name]: ['10.5.0.9'] });
    const query = question('9.0.5.10.in-addr.arpa', 'PTR');
    const answer = (await responder(directory).answer(query, 'udp')) ?? Buffer.alloc(0);
    expect([name.length, (answer[3] ?? 0) & 0xf]).toEqual([name.length, 2]);
  }
});

test('what does not fit by UDP is left out, and said to be', async () => {
  const short = await ask(question('many', 'A'));
  expect(short.flag_tc).toBe(true);
  expect(short.bytes.length).toBeLessThanOrEqual(512);
  expect(data(short).length).toBeGreaterThan(20);
  const large = await ask(question('many', 'A', edns(4096)));
  expect([large.flag_tc, data(large).length]).toEqual([false, 40]);
  expect(large.additionals).toMatchObject([{ type: 'OPT', udpPayloadSize: 1232 }]);
  const tcp = await ask(question('many', 'A'), 'tcp');
  expect([tcp.flag_tc, data(tcp).length]).toEqual([false, 40]);
  // Less than any resolver must take is not believed.
  expect(data(await ask(question('many', 'A', edns(20)))).length).toBeGreaterThan(20);
});

test('several addresses come first in turn, and a change of the directory counts', async () => {
  const directory = new FixedDirectory({ web: ['10.5.0.2', '10.5.0.3', '10.5.0.4'] });
  const one = responder(directory);
  const first = async (id: number): Promise<unknown> => {
    const query = question('web', 'A', { id });
    const answer = decode(
      one.knownAnswer(query, 'udp') ?? (await one.answer(query, 'udp')) ?? Buffer.alloc(0),
    );
    expect(answer.id).toBe(id);
    expect(data(answer)).toHaveLength(3);
    return data(answer)[0];
  };
  const all: unknown[] = [];
  for (let id = 1; id <= 6; id += 1) all.push(await first(id));
  expect(all).toEqual([...all.slice(0, 3), ...all.slice(0, 3)]);
  expect(all.slice(0, 3).toSorted()).toEqual(['10.5.0.2', '10.5.0.3', '10.5.0.4']);
  expect(one.knownAnswer(question('web', 'A'), 'udp')).toBeDefined();
  directory.change({ web: ['10.5.0.7', '10.5.0.8', '10.5.0.9'] });
  expect(one.knownAnswer(question('web', 'A'), 'udp')).toBeUndefined();
  expect(await first(7)).toBe('10.5.0.7');
});

test('what is no question is refused, or not answered', async () => {
  const query = question('web', 'A');
  const changed = (change: (bytes: Buffer) => void): Buffer => {
    const bytes = Buffer.from(query);
    change(bytes);
    return bytes;
  };
  const codes = async (bytes: Buffer): Promise<number> => (await ask(bytes)).code;
  // An answer, and what is too short to have a head.
  expect(
    await responder().answer(
      changed((b) => b.writeUInt8(0x81, 2)),
      'udp',
    ),
  ).toBeUndefined();
  expect(await responder().answer(query.subarray(0, 11), 'udp')).toBeUndefined();
  expect(await codes(changed((b) => b.writeUInt8(0x29, 2)))).toBe(4);
  expect(await codes(changed((b) => b.writeUInt16BE(0, 4)))).toBe(1);
  expect(await codes(changed((b) => b.writeUInt16BE(2, 4)))).toBe(1);
  expect(await codes(query.subarray(0, query.length - 1))).toBe(1);
  expect(await codes(changed((b) => b.writeUInt8(0xc0, 12)))).toBe(1);
  // Additional records that are announced, and not there.
  expect(await codes(changed((b) => b.writeUInt16BE(1, 10)))).toBe(1);
  // A class that is not the Internet's.
  expect(await codes(changed((b) => b.writeUInt16BE(3, b.length - 2)))).toBe(5);
});

test('a directory that throws is told of, and the question fails', async () => {
  const directory = new FixedDirectory(names);
  directory.lookup = () => {
    throw new Error('the directory is broken');
  };
  const answer = await responder(directory).answer(question('web', 'A'), 'udp');
  expect((answer?.readUInt8(3) ?? 0) & 0xf).toBe(2);
  expect(problems.splice(0)).toEqual([new Error('the directory is broken')]);
});

test('no packet brings the server down, and every answer can be read', async () => {
  const random = randomOf('4711');
  const one = responder();
  const pick = (end: number): number => Math.floor(random.number() * end);
  const bases = [
    question('web', 'A', edns(1232)),
    question('3.0.5.10.in-addr.arpa', 'PTR'),
    question('a.b.example', 'MX'),
  ];
  for (let round = 0; round < 5000; round += 1) {
    const base = Buffer.from(bases[pick(bases.length)] ?? Buffer.alloc(12));
    for (let changes = pick(6); changes > 0; changes -= 1) base[pick(base.length)] = pick(256);
    const bytes = Buffer.concat([
      base.subarray(0, pick(base.length + 1)),
      Buffer.alloc(pick(3), pick(256)),
    ]);
    const transport = pick(2) === 0 ? 'udp' : 'tcp';
    const answer = one.knownAnswer(bytes, transport) ?? (await one.answer(bytes, transport));
    if (answer === undefined) continue;
    expect(answer.subarray(0, 2)).toEqual(bytes.subarray(0, 2));
    expect((answer[2] ?? 0) & 0x80).toBe(0x80);
    expect(() => decode(answer)).not.toThrow();
  }
  expect(problems).toEqual([]);
});
