import type { LogMessage } from '../forward/log-message.ts';

/** What every entry of a container has. */
export type JournalFields = Readonly<Record<string, string>>;

/** syslog(3)'s numbers. */
const priorities = { stdout: 6, stderr: 3 } as const;

/** A field's name out of any text: upper-case letters, digits and underscores, of which none is first. */
export function journalFieldName(name: string): string {
  return name
    .toUpperCase()
    .replace(/[^A-Z0-9]/g, '_')
    .replace(/^_+/, '');
}

/** An entry of systemd's native protocol (https://systemd.io/JOURNAL_NATIVE_PROTOCOL/), with Docker's fields. */
export function journalEntry(fields: JournalFields, message: LogMessage): Buffer {
  const { stream, text, time, isPartial } = message;
  const all = {
    ...fields,
    PRIORITY: String(priorities[stream]),
    SYSLOG_TIMESTAMP: time,
    ...(isPartial && { CONTAINER_PARTIAL_MESSAGE: 'true' }),
  };
  return Buffer.concat([
    field('MESSAGE', text),
    ...Object.entries(all).map(([name, value]) => field(name, Buffer.from(value))),
  ]);
}

/** A value of one line is written as it is, any other with its length. */
function field(name: string, value: Buffer): Buffer {
  if (!value.includes(0x0a)) return Buffer.concat([Buffer.from(`${name}=`), value, newline]);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(value.length));
  return Buffer.concat([Buffer.from(`${name}\n`), length, value, newline]);
}

const newline = Buffer.from('\n');
