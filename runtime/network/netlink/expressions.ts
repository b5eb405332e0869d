import { type Attribute, nested, text } from './attribute.ts';
import {
  NFT_CMP_EQ,
  NFT_META_L4PROTO,
  NFT_PAYLOAD_CSUM_INET,
  NFT_REG_1,
  NFTA_CMP_DATA,
  NFTA_CMP_OP,
  NFTA_CMP_SREG,
  NFTA_DATA_VALUE,
  NFTA_EXPR_DATA,
  NFTA_EXPR_NAME,
  NFTA_IMMEDIATE_DATA,
  NFTA_IMMEDIATE_DREG,
  NFTA_META_DREG,
  NFTA_META_KEY,
  NFTA_PAYLOAD_BASE,
  NFTA_PAYLOAD_CSUM_OFFSET,
  NFTA_PAYLOAD_CSUM_TYPE,
  NFTA_PAYLOAD_DREG,
  NFTA_PAYLOAD_LEN,
  NFTA_PAYLOAD_OFFSET,
  NFTA_PAYLOAD_SREG,
} from './constants.ts';

/** A part of a rule: what it compares or does, one after another until one does not match (nf_tables.h, nft(8) `--debug=netlink`). */
export interface Expression {
  readonly name: string;
  readonly attributes: readonly Attribute[];
}

/** A field of a packet's header. */
export interface HeaderField {
  /** NFT_PAYLOAD_NETWORK_HEADER or NFT_PAYLOAD_TRANSPORT_HEADER. */
  readonly base: number;
  /** In bytes, from the beginning of the header. */
  readonly offset: number;
}

/** Goes on when the packet's transport protocol is this one: IPPROTO_TCP and so on. */
export function matchProtocol(protocol: number): readonly Expression[] {
  const attributes = [be32(NFTA_META_KEY, NFT_META_L4PROTO), be32(NFTA_META_DREG, NFT_REG_1)];
  return [{ name: 'meta', attributes }, compare(Uint8Array.of(protocol))];
}

/** Goes on when a field holds these bytes. */
export function matchField(
  { base, offset }: HeaderField,
  value: Uint8Array,
): readonly Expression[] {
  const attributes = [
    be32(NFTA_PAYLOAD_DREG, NFT_REG_1),
    be32(NFTA_PAYLOAD_BASE, base),
    be32(NFTA_PAYLOAD_OFFSET, offset),
    be32(NFTA_PAYLOAD_LEN, value.length),
  ];
  return [{ name: 'payload', attributes }, compare(value)];
}

/** Puts bytes into a field, and corrects the checksum (of RFC 1071) at another offset of the same header. */
export function setField(
  { base, offset, checksum }: HeaderField & { readonly checksum: number },
  value: Uint8Array,
): readonly Expression[] {
  const data = nested(NFTA_IMMEDIATE_DATA, [{ type: NFTA_DATA_VALUE, value }]);
  return [
    { name: 'immediate', attributes: [be32(NFTA_IMMEDIATE_DREG, NFT_REG_1), data] },
    {
      name: 'payload',
      attributes: [
        be32(NFTA_PAYLOAD_SREG, NFT_REG_1),
        be32(NFTA_PAYLOAD_BASE, base),
        be32(NFTA_PAYLOAD_OFFSET, offset),
        be32(NFTA_PAYLOAD_LEN, value.length),
        be32(NFTA_PAYLOAD_CSUM_TYPE, NFT_PAYLOAD_CSUM_INET),
        be32(NFTA_PAYLOAD_CSUM_OFFSET, checksum),
      ],
    },
  ];
}

/** An expression in the list of a rule. */
export function expressionAttributes({ name, attributes }: Expression): readonly Attribute[] {
  return [text(NFTA_EXPR_NAME, name), nested(NFTA_EXPR_DATA, attributes)];
}

/** 32 bits, the most significant first, as Netfilter has its numbers. */
export function be32(type: number, number: number): Attribute {
  const value = Buffer.alloc(4);
  value.writeInt32BE(number);
  return { type, value };
}

function compare(value: Uint8Array): Expression {
  return {
    name: 'cmp',
    attributes: [
      be32(NFTA_CMP_SREG, NFT_REG_1),
      be32(NFTA_CMP_OP, NFT_CMP_EQ),
      nested(NFTA_CMP_DATA, [{ type: NFTA_DATA_VALUE, value }]),
    ],
  };
}
