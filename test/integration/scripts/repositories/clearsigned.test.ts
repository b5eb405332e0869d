import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openPgpBytes } from '../../../../scripts/packages/openpgp/armour.ts';
import {
  openPgpPackets,
  type OpenPgpPacket,
} from '../../../../scripts/packages/openpgp/packets.ts';
import { requireKeyFingerprint } from '../../../../scripts/packages/openpgp-key.ts';
import { readClearsigned } from '../../../../scripts/repositories/openpgp/clearsigned.ts';
import { makeSigner, type Signer } from './support/signer.ts';

let docker: Signer;
let stranger: Signer;
const text = 'Origin: Docker\n- a line with a dash\nSHA256:\n 00 1 x  \n\nEnd: yes';

beforeAll(async () => {
  [docker, stranger] = [await makeSigner(), await makeSigner()];
});
afterAll(async () => {
  await docker.remove();
  await stranger.remove();
});

const signed = (signer: Signer): Buffer => Buffer.from(signer.clearsign(`${text}\n`));
const packetsOf = (signer: Signer): readonly OpenPgpPacket[] =>
  openPgpPackets(openPgpBytes(signer.publicKey));

/** A packet in the current format, with a length of four bytes (RFC 9580, section 4.2.1.3). */
function packet({ type, body }: OpenPgpPacket): Buffer {
  const head = Buffer.from([0xc0 | type, 255, 0, 0, 0, 0]);
  head.writeUInt32BE(body.length, 2);
  return Buffer.concat([head, body]);
}

describe('a clear-signed text', () => {
  test('is good by the subkey of its key, and holds what was signed', () => {
    const read = readClearsigned(signed(docker), docker.publicKey);
    expect(read).toMatchObject({ kind: 'good' });
    expect(read.kind === 'good' && read.text.trimEnd()).toBe(text);
  });

  test('is not good by another key, nor when it is no signed text at all', () => {
    expect(readClearsigned(signed(docker), stranger.publicKey).kind).toBe('not-by-these-keys');
    expect(readClearsigned(Buffer.from(text), docker.publicKey).kind).toBe('unsigned');
  });

  test("is not good by a stranger's subkey that hangs on the right primary key", () => {
    const foreign = packetsOf(stranger).slice(-2);
    expect(foreign.map(({ type }) => type)).toEqual([14, 2]);
    const forged = Buffer.concat([...packetsOf(docker), ...foreign].map(packet));
    // By its fingerprint the key file is the right one: gpg would say so, too.
    const pin = { fingerprints: [docker.fingerprint], source: 'test' };
    expect(requireKeyFingerprint(forged, pin)).toHaveLength(1);
    expect(readClearsigned(signed(stranger), forged).kind).toBe('not-by-these-keys');
    expect(readClearsigned(signed(docker), forged).kind).toBe('good');
  });

  test('is never good with another text', () => {
    const whole = signed(docker).toString();
    const start = whole.indexOf('Origin');
    fc.assert(
      fc.property(
        fc.nat({ max: text.length - 1 }),
        fc.constantFrom('X', '\n', '-', '0', ' - '),
        (at, put) => {
          const changed = whole.slice(0, start + at) + put + whole.slice(start + at + 1);
          const read = readClearsigned(Buffer.from(changed), docker.publicKey);
          // Blanks at the end of a line are not signed.
          const plain = (value: string): string => value.replaceAll(/[ \t]+$/gm, '').trimEnd();
          expect(read.kind !== 'good' || plain(read.text) === plain(text)).toBe(true);
        },
      ),
      { numRuns: 150 },
    );
  });
});
