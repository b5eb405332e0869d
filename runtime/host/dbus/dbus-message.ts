import { DBusReader } from './dbus-reader.ts';
import { dbus, type DBusValue, signatureOf, textOf } from './dbus-value.ts';
import { aligned, DBusWriter } from './dbus-writer.ts';

/** A call of a method. */
export interface DBusCall {
  /** Absent on a connection that has no bus between. */
  readonly destination?: string;
  readonly path: string;
  readonly interface: string;
  readonly member: string;
  readonly body: readonly DBusValue[];
}

/** A message that has come. */
export interface DBusMessage {
  readonly kind: 'call' | 'return' | 'error' | 'signal';
  /** Of the call that it answers; 0 when it answers none. */
  readonly replySerial: number;
  /** Of an error, such as `org.freedesktop.DBus.Error.UnknownMethod`. */
  readonly errorName: string;
  /** Of a signal or a call. */
  readonly member: string;
  readonly body: readonly DBusValue[];
}

const kinds = ['call', 'return', 'error', 'signal'] as const;

/** Codes of header fields ("Message Format" of the D-Bus specification 0.43). */
const field = {
  ...{ path: 1, interface: 2, member: 3, errorName: 4, replySerial: 5, destination: 6 },
  signature: 8,
} as const;

/** A byte `l`: numbers are little-endian. */
const littleEndian = 0x6c;

/** Bytes before the header fields, with the length of these. */
const fixedSize = 16;

/** The bytes of a call. */
export function encodeCall(call: DBusCall, serial: number): Buffer {
  const body = new DBusWriter();
  for (const value of call.body) body.write(value);
  const header = new DBusWriter();
  for (const byte of [littleEndian, 1, 0, 1]) header.write({ type: 'y', value: byte });
  header.write(dbus.uint32(body.bytes.length));
  header.write(dbus.uint32(serial));
  header.write(dbus.array('(yv)', headerFields(call)));
  // The body begins where any value may stand.
  header.align('t');
  return Buffer.concat([header.bytes, body.bytes]);
}

function headerFields(call: DBusCall): readonly DBusValue[] {
  const { destination, path, interface: name, member, body } = call;
  const signature = body.map(signatureOf).join('');
  const entry = (code: number, value: DBusValue): DBusValue =>
    dbus.struct({ type: 'y', value: code }, dbus.variant(value));
  return [
    entry(field.path, { type: 'o', value: path }),
    entry(field.interface, dbus.string(name)),
    entry(field.member, dbus.string(member)),
    ...(destination === undefined ? [] : [entry(field.destination, dbus.string(destination))]),
    ...(signature === '' ? [] : [entry(field.signature, { type: 'g', value: signature })]),
  ];
}

/**
 * Takes the first message off what has come; `undefined` as long as it is not whole.
 * @throws RangeError when it is none that berth can read.
 */
export function decodeMessage(
  bytes: Buffer,
): { readonly message: DBusMessage; readonly size: number } | undefined {
  if (bytes.length < fixedSize) return undefined;
  if (bytes.readUInt8(0) !== littleEndian) throw new RangeError('a D-Bus message is big-endian');
  const bodyStart = aligned(fixedSize + bytes.readUInt32LE(12), 't');
  const size = bodyStart + bytes.readUInt32LE(4);
  if (bytes.length < size) return undefined;
  const fields = readFields(bytes);
  const replySerial = fields.get(field.replySerial);
  const kind = kinds[bytes.readUInt8(1) - 1];
  if (kind === undefined) throw new RangeError('a D-Bus message is of no kind that is known');
  const signature = textOf(fields.get(field.signature)) ?? '';
  const message = {
    kind,
    replySerial: replySerial?.type === 'u' ? replySerial.value : 0,
    errorName: textOf(fields.get(field.errorName)) ?? '',
    member: textOf(fields.get(field.member)) ?? '',
    body: new DBusReader(bytes.subarray(0, size), bodyStart).readAll(signature),
  };
  return { message, size };
}

function readFields(bytes: Buffer): ReadonlyMap<number, DBusValue> {
  const array = new DBusReader(bytes, 12).read('a(yv)');
  const entries = array.type === 'a' ? array.items : [];
  return new Map(
    entries.flatMap((entry): [number, DBusValue][] => {
      if (entry.type !== 'r') return [];
      const [code, value] = entry.fields;
      return code?.type === 'y' && value?.type === 'v' ? [[code.value, value.value]] : [];
    }),
  );
}
