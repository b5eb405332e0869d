import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { armouredKey, openPgpBytes } from '../../../../scripts/packages/openpgp/armour.ts';
import {
  parseOpenPgpKeys,
  requireKeyFingerprint,
} from '../../../../scripts/packages/openpgp-key.ts';
import { makeSigningKey, type SigningKey } from './support/signing-key.ts';

describe.each(['rsa2048', 'rsa4096', 'ed25519', 'nistp256', 'dsa2048'])(
  'a key of gpg, %s',
  (kind) => {
    let key: SigningKey;
    beforeAll(() => {
      key = makeSigningKey(kind);
      key.gpg('--quick-add-key', key.fingerprint, 'rsa2048', 'encr');
    });
    afterAll(() => {
      key.remove();
    });

    test.each(['binary', 'armoured'] as const)('has the fingerprints that gpg says, %s', (form) => {
      const [parsed, ...others] = parseOpenPgpKeys(key.export(form));
      const list = key.gpg('--with-colons', '--with-subkey-fingerprint', '--list-keys').toString();
      const said = [...list.matchAll(/^fpr:+([0-9A-F]+):/gm)].map(([, fingerprint]) => fingerprint);
      expect(others).toEqual([]);
      expect([
        parsed?.fingerprint,
        ...(parsed?.subkeys ?? []).map((sub) => sub.fingerprint),
      ]).toEqual(said);
      expect(parsed?.userIds).toEqual(['Berth Test <test@berth.invalid>']);
      const [, algorithm, keyId, created] =
        /^pub:[^:]*:[^:]*:(\d+):([0-9A-F]+):(\d+):/m.exec(list) ?? [];
      expect(parsed).toMatchObject({
        keyId,
        algorithm: Number(algorithm),
        createdAt: Number(created),
      });
    });

    test('is read by gpg as berth armours it', () => {
      const armoured = armouredKey(key.export('binary'));
      expect(Buffer.from(openPgpBytes(Buffer.from(armoured)))).toEqual(key.export('binary'));
      const reader = makeSigningKey('ed25519', 'Reader');
      try {
        const shown = new TextDecoder().decode(
          reader.gpg('--show-keys', '--with-colons', writeTo(reader, armoured)),
        );
        expect(shown).toContain(key.fingerprint);
      } finally {
        reader.remove();
      }
    });

    test('is refused when it is not the pinned one, or not the only one', () => {
      const source = 'https://mirror.invalid/gpg';
      const spaced = key.fingerprint.toLowerCase().replaceAll(/(.{4})/g, '$1 ');
      expect(
        requireKeyFingerprint(key.export('armoured'), { fingerprints: [spaced], source }),
      ).toHaveLength(1);
      const other = makeSigningKey('ed25519', 'Other');
      try {
        const both = Buffer.concat([key.export('binary'), other.export('binary')]);
        for (const data of [other.export('armoured'), both]) {
          expect(() =>
            requireKeyFingerprint(data, { fingerprints: [key.fingerprint], source }),
          ).toThrow(
            expect.objectContaining({
              code: 'REPOSITORY_KEY_MISMATCH',
              message: expect.stringContaining(other.fingerprint) as unknown,
            }) as Error,
          );
        }
      } finally {
        other.remove();
      }
    });

    test('is an error when it was cut short anywhere', () => {
      const whole = key.export('binary');
      for (const size of [1, 3, 20, whole.length - 1]) {
        expect(() => parseOpenPgpKeys(whole.subarray(0, size))).toThrow(
          expect.objectContaining({ code: 'OPENPGP_KEY_INVALID' }) as Error,
        );
      }
    });
  },
);

test.each([
  ['an error page', '<html><body>502 Bad Gateway</body></html>'],
  ['nothing', ''],
  ['an armoured signature', '-----BEGIN PGP SIGNATURE-----\n\nwgA=\n-----END PGP SIGNATURE-----\n'],
])('%s is no key', (_what, content) => {
  expect(() => parseOpenPgpKeys(Buffer.from(content))).toThrow(
    expect.objectContaining({ code: 'OPENPGP_KEY_INVALID' }) as Error,
  );
});

/** The certificate of RFC 9580, appendix A.3; Debian's gpg makes no version 6 keys. */
const version6 = `-----BEGIN PGP PUBLIC KEY BLOCK-----

xioGY4d/4xsAAAAg+U2nu0jWCmHlZ3BqZYfQMxmZu52JGggkLq2EVD34laPCsQYf
GwoAAABCBYJjh3/jAwsJBwUVCg4IDAIWAAKbAwIeCSIhBssYbE8GCaaX5NUt+mxy
KwwfHifBilZwj2Ul7Ce62azJBScJAgcCAAAAAK0oIBA+LX0ifsDm185Ecds2v8lw
gyU2kCcUmKfvBXbAf6rhRYWzuQOwEn7E/aLwIwRaLsdry0+VcallHhSu4RN6HWaE
QsiPlR4zxP/TP7mhfVEe7XWPxtnMUMtf15OyA51YBM4qBmOHf+MZAAAAIIaTJINn
+eUBXbki+PSAld2nhJh/LVmFsS+60WyvXkQ1wpsGGBsKAAAALAWCY4d/4wKbDCIh
BssYbE8GCaaX5NUt+mxyKwwfHifBilZwj2Ul7Ce62azJAAAAAAQBIKbpGG2dWTX8
j+VjFM21J0hqWlEg+bdiojWnKfA5AQpWUBtnNwDEM0g12vYxoWM8Y81W+bHBw805
I8kWVkXU6vFOi+HWvv/ira7ofJu16NnoUkhclkUrk0mXubZvyl4GBg==
-----END PGP PUBLIC KEY BLOCK-----
`;

test('a key of version 6 has a fingerprint of 64 digits', () => {
  const [key] = parseOpenPgpKeys(Buffer.from(version6));
  expect(key).toMatchObject({
    version: 6,
    fingerprint: 'CB186C4F0609A697E4D52DFA6C722B0C1F1E27C18A56708F6525EC27BAD9ACC9',
    keyId: 'CB186C4F0609A697',
    algorithm: 27,
  });
});

test('a secret key is refused', () => {
  const key = makeSigningKey('ed25519');
  try {
    expect(() => parseOpenPgpKeys(key.gpg('--export-secret-keys'))).toThrow(/secret/);
  } finally {
    key.remove();
  }
});

function writeTo(key: SigningKey, content: string): string {
  const path = join(key.home, 'given.asc');
  writeFileSync(path, content);
  return path;
}
