import { packageMessages as m } from '../../../messages/areas/packages.ts';
import { BerthError } from '../../../runtime/errors/berth-error.ts';

const beginLine = /^-----BEGIN PGP ([A-Z ]+)-----\s*$/;
const columns = 64;

/**
 * The bytes of OpenPGP data that comes as it is or in ASCII armour (RFC 9580, section 6.2). Several armoured blocks in
 * one text are joined, as gpg(1) reads them. The checksum line is optional there and carries no security: it is not
 * looked at.
 *
 * @throws BerthError OPENPGP_KEY_INVALID.
 */
export function openPgpBytes(data: Uint8Array): Uint8Array {
  // Every binary packet begins with a byte whose highest bit is set, which no armoured text has.
  if (((data[0] ?? 0) & 0x80) !== 0) return data;
  const blocks = armouredBlocks(Buffer.from(data).toString('latin1'));
  if (blocks.length > 0) return Buffer.concat(blocks);
  throw new BerthError('OPENPGP_KEY_INVALID', {
    message: m.keyNeitherForm(),
    remedy: m.keyInvalidRemedy(),
  });
}

function armouredBlocks(text: string): readonly Buffer[] {
  const blocks: Buffer[] = [];
  let block: string[] | undefined;
  let inHeader = false;
  for (const line of text.split(/\r?\n/)) {
    if (beginLine.test(line)) {
      block = [];
      inHeader = true;
    } else if (block !== undefined && line.startsWith('-----END PGP ')) {
      blocks.push(Buffer.from(block.join(''), 'base64'));
      block = undefined;
    } else if (inHeader) {
      // Headers such as "Version: 2" end with an empty line; some keys have neither.
      inHeader = /^[A-Za-z]+:(?: |$)/.test(line);
      if (!inHeader && line.trim() !== '') block?.push(line.trim());
    } else if (!line.startsWith('=')) {
      block?.push(line.trim());
    }
  }
  return blocks;
}

/** OpenPGP keys as an armoured text, for files that a package manager reads and a person may look at. */
export function armouredKey(data: Uint8Array): string {
  const base64 = Buffer.from(openPgpBytes(data)).toString('base64');
  const lines = base64.match(new RegExp(`.{1,${columns}}`, 'g')) ?? [];
  const checksum = `=${crc24(openPgpBytes(data))}`;
  return [
    '-----BEGIN PGP PUBLIC KEY BLOCK-----',
    '',
    ...lines,
    // Programs older than RFC 9580 (gpg 1.4, rpm 4.11) want it.
    checksum,
    '-----END PGP PUBLIC KEY BLOCK-----',
    '',
  ].join('\n');
}

/** RFC 4880, section 6.1. */
function crc24(data: Uint8Array): string {
  let crc = 0xb704ce;
  for (const byte of data) {
    crc ^= byte << 16;
    for (let bit = 0; bit < 8; bit += 1) {
      crc <<= 1;
      if ((crc & 0x1000000) !== 0) crc ^= 0x1864cfb;
    }
  }
  return Buffer.from([(crc >> 16) & 0xff, (crc >> 8) & 0xff, crc & 0xff]).toString('base64');
}
