import { describe, expect, it } from 'vitest';
import { annotatedProperties } from '../../../../runtime/oci/systemd/annotations.ts';
import type { DBusValue } from '../../../../runtime/host/dbus/dbus-value.ts';
import { parseGVariant } from '../../../../runtime/oci/systemd/gvariant.ts';

const text = (value: string): DBusValue => ({ type: 's', value });

describe('a value as GLib writes it', () => {
  it.each<[string, DBusValue]>([
    ['true', { type: 'b', value: true }],
    ["'it\\'s'", text("it's")],
    ['"two\\nlines"', text('two\nlines')],
    ['-5', { type: 'i', value: -5 }],
    ['uint32 5', { type: 'u', value: 5 }],
    ['uint64 18446744073709551615', { type: 't', value: 2n ** 64n - 1n }],
    ['int64 -1', { type: 'x', value: -1n }],
    ['byte 255', { type: 'y', value: 255 }],
    ['2.5', { type: 'd', value: 2.5 }],
    ["['a', 'b']", { type: 'a', of: 's', items: [text('a'), text('b')] }],
    ['@as []', { type: 'a', of: 's', items: [] }],
    ['[uint32 1]', { type: 'a', of: 'u', items: [{ type: 'u', value: 1 }] }],
    ['@au [1, 2]', { type: 'a', of: 'u', items: [1, 2].map((value) => ({ type: 'u', value })) }],
  ])('%s', (written, value) => {
    expect(parseGVariant(written)).toEqual(value);
  });

  it.each([
    ...['', 'word', "'open", '5 6', '[1', '[]', "[1, 'a']", 'uint32 -1', 'byte 256', 'uint64'],
    ...["uint32 'a'", '@as [1]', '(1, 2)', '{}', '4294967296', 'boolean 1', ']'],
  ])('is not %s', (written) => {
    expect(parseGVariant(written)).toBeUndefined();
  });
});

describe('annotations of systemd', () => {
  const key = (name: string): string => `org.systemd.property.${name}`;

  it('are properties, and seconds become microseconds', () => {
    const properties = annotatedProperties({
      other: 'x',
      [key('CollectMode')]: "'inactive-or-failed'",
      [key('TimeoutStopSec')]: 'uint64 7',
      [key('RuntimeMaxSec')]: '1.5',
      [key('JobTimeoutUSec')]: 'uint64 9',
    });
    expect(properties).toEqual([
      { name: 'CollectMode', value: text('inactive-or-failed') },
      { name: 'TimeoutStopUSec', value: { type: 't', value: 7_000_000n } },
      { name: 'RuntimeMaxUSec', value: { type: 't', value: 1_500_000n } },
      { name: 'JobTimeoutUSec', value: { type: 't', value: 9n } },
    ]);
  });

  it.each([
    ['Wants', 'no value'],
    ['A-b', 'true'],
    ['TimeoutStopSec', "'a'"],
    ['TimeoutStopSec', '-1'],
  ])('%s: %s is refused by its name', (name, written) => {
    expect(() => annotatedProperties({ [key(name)]: written })).toThrow(
      expect.objectContaining({ code: 'SPEC_INVALID' }),
    );
    expect(() => annotatedProperties({ [key(name)]: written })).toThrow(key(name));
  });
});
