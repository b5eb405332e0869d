/** 4 or 6 when the text is an IPv4 or IPv6 address, else 0. */
export { isIP } from 'node:net';

/** A set of addresses and networks, to ask whether an address is among them. */
export { BlockList } from 'node:net';
