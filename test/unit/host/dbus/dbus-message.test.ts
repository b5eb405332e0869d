import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeMessage, encodeCall } from '../../../../runtime/host/dbus/dbus-message.ts';
import { DBusReader } from '../../../../runtime/host/dbus/dbus-reader.ts';
import {
  dbus,
  type DBusValue,
  signatureOf,
  typesOf,
} from '../../../../runtime/host/dbus/dbus-value.ts';
import { DBusWriter } from '../../../../runtime/host/dbus/dbus-writer.ts';

const scalar: fc.Arbitrary<DBusValue> = fc.oneof(
  fc.boolean().map(dbus.boolean),
  fc.nat({ max: 0xffff_ffff }).map(dbus.uint32),
  fc.integer({ min: -0x8000, max: 0x7fff }).map((value) => ({ type: 'n' as const, value })),
  fc.nat({ max: 255 }).map((value) => ({ type: 'y' as const, value })),
  fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }).map(dbus.uint64),
  fc.bigInt({ min: -(2n ** 63n), max: 0n }).map((value) => ({ type: 'x' as const, value })),
  fc.double({ noNaN: true }).map((value) => ({ type: 'd' as const, value })),
  fc.string().map(dbus.string),
);

const { value: anyValue } = fc.letrec<{ readonly value: DBusValue }>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    scalar,
    tie('value').map(dbus.variant),
    fc.array(tie('value'), { minLength: 1, maxLength: 3 }).map((fields) => dbus.struct(...fields)),
    fc
      .tuple(tie('value'), fc.nat({ max: 3 }))
      .map(([item, count]) => dbus.array(signatureOf(item), Array<DBusValue>(count).fill(item))),
  ),
}));

describe('values on the wire', () => {
  it('come out as they went in, wherever they begin', () => {
    fc.assert(
      fc.property(fc.nat({ max: 7 }), anyValue, (offset, value) => {
        const writer = new DBusWriter();
        for (let at = 0; at < offset; at += 1) writer.write({ type: 'y', value: 0 });
        writer.write(value);
        const read = new DBusReader(writer.bytes, offset).read(signatureOf(value));
        expect(read).toEqual(value);
      }),
    );
  });

  it('are the bytes of the specification', () => {
    const writer = new DBusWriter();
    // "Marshaling examples" of the specification, but little-endian.
    for (const text of ['foo', '+', 'bar']) writer.write(dbus.string(text));
    expect(writer.bytes.toString('hex')).toBe(
      ['03000000', '666f6f00', '01000000', '2b000000', '03000000', '62617200'].join(''),
    );
    const long = new DBusWriter();
    long.write(dbus.array('x', [{ type: 'x', value: 5n }]));
    expect(long.bytes.toString('hex')).toBe(`0800000000000000${'05'.padEnd(16, '0')}`);
  });
});

it('a signature is cut into its types', () => {
  expect(typesOf('sa(sv)aasu(a{sv}i)')).toEqual(['s', 'a(sv)', 'aas', 'u', '(a{sv}i)']);
});

describe('a call', () => {
  const call = {
    path: '/a',
    interface: 'b.c',
    member: 'D',
    body: [dbus.string('text'), dbus.array('(sv)', [])],
  };

  it('is read as what it was, and only when it is whole', () => {
    const bytes = encodeCall(call, 7);
    for (let length = 0; length < bytes.length; length += 1)
      expect(decodeMessage(bytes.subarray(0, length))).toBeUndefined();
    const more = Buffer.concat([bytes, Buffer.from('l')]);
    expect(decodeMessage(more)).toEqual({
      message: { kind: 'call', replySerial: 0, errorName: '', member: 'D', body: call.body },
      size: bytes.length,
    });
  });

  it.each([
    ['another byte order', 0, 0x42],
    ['a kind that nobody knows', 1, 9],
  ])('of %s is refused', (_what, at, byte) => {
    const bytes = encodeCall(call, 7);
    bytes.writeUInt8(byte, at);
    expect(() => decodeMessage(bytes)).toThrow(RangeError);
  });
});
