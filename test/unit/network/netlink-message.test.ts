import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  decodeAttributes,
  encodeAttributes,
  nested,
  text,
  textOf,
  u32,
  u32Of,
} from '../../../runtime/network/netlink/attribute.ts';
import { NLM_F_DUMP, RTM_GETLINK } from '../../../runtime/network/netlink/constants.ts';
import {
  decodeMessages,
  encodeRequest,
  isConsistent,
} from '../../../runtime/network/netlink/message.ts';

const request = {
  label: 'list',
  type: RTM_GETLINK,
  flags: NLM_F_DUMP,
  head: new Uint8Array(16),
  attributes: [text(3, 'eth0')],
};

describe('attributes', () => {
  test('are aligned to four bytes, and their lengths say how long they are', () => {
    const bytes = encodeAttributes([text(3, 'lo'), u32(4, 1500)]);
    expect(bytes.toString('hex')).toBe('07000300' + '6c6f0000' + '08000400' + 'dc050000');
  });

  test('are read as they were written, whatever they hold', () => {
    const attribute = fc.record({
      type: fc.integer({ min: 1, max: 0x3fff }),
      value: fc.uint8Array({ maxLength: 40 }),
    });
    const list = fc.uniqueArray(attribute, { selector: ({ type }) => type });
    fc.assert(
      fc.property(list, (attributes) => {
        const found = decodeAttributes(encodeAttributes(attributes));
        expect(
          [...found].map(([type, value]) => ({ type, value: Uint8Array.from(value) })),
        ).toEqual(attributes);
      }),
    );
  });

  test('are in one another', () => {
    const outer = decodeAttributes(encodeAttributes([nested(18, [text(1, 'veth'), u32(2, 7)])]));
    const inner = decodeAttributes(outer.get(18) ?? Buffer.alloc(0));
    expect(textOf(inner.get(1))).toBe('veth');
    expect(u32Of(inner.get(2))).toBe(7);
    expect(u32Of(inner.get(9))).toBeUndefined();
  });

  test('whatever is cut short or lies about its length is no reason to go on for ever', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 64 }), (bytes) => {
        decodeAttributes(Buffer.from(bytes));
        for (const { body } of decodeMessages(Buffer.from(bytes))) expect(body).toBeDefined();
      }),
    );
  });
});

describe('messages', () => {
  test('are read as they were written, one behind the other', () => {
    const bytes = Buffer.concat([encodeRequest(request), encodeRequest({ ...request, type: 20 })]);
    const messages = [...decodeMessages(bytes)];
    expect(messages.map(({ type }) => type)).toEqual([RTM_GETLINK, 20]);
    expect(messages[0]?.flags).toBe(NLM_F_DUMP | 1);
    expect(messages[0]?.body.length).toBe(16 + 12);
  });

  test('say when what they list changed meanwhile', () => {
    const messages = [...decodeMessages(encodeRequest(request))];
    expect(isConsistent(messages)).toBe(true);
    const changed = [...decodeMessages(encodeRequest({ ...request, flags: 0x10 }))];
    expect(isConsistent([...messages, ...changed])).toBe(false);
  });
});
