import { describe, expect, test } from 'vitest';
import { chooseVersion, upstreamVersion } from '../../../../scripts/repositories/choose-version.ts';

const deb = [
  '5:29.0.0~rc.1-1~debian.12~bookworm',
  '5:28.5.2-1~debian.12~bookworm',
  '5:28.5.1-1~debian.12~bookworm',
  '5:27.5.1-1~debian.12~bookworm',
  '5:20.10.24~3-0~debian-bookworm',
];
const rpm = ['1:28.5.2-1.el9', '1:28.5.1-1.el9', '3:19.03.15-3.el9'];
const choose = (wanted: string, versions: readonly string[] = deb): string =>
  chooseVersion(wanted, { name: 'docker-ce-cli', versions });

describe('chooseVersion takes the newest that fits', () => {
  test.each([
    ['5:28.5.2*', deb[1]],
    ['28.5.2*', deb[1]],
    ['5:28.*', deb[1]],
    ['5:28.5.?-1~debian.12~bookworm', deb[1]],
    ['5:28.5.1-1~debian.12~bookworm', deb[2]],
    ['^28', deb[1]],
    ['28.x', deb[1]],
    ['28.5.1', deb[2]],
    ['>=27 <28', deb[3]],
    ['~20.10.0', deb[4]],
    ['*', deb[1]],
    ['29.0.0-rc.1', deb[0]],
  ])('%s', (wanted, version) => {
    expect(choose(wanted)).toBe(version);
  });

  test.each([
    ['^28', rpm[0]],
    ['1:28.5.1*', rpm[1]],
    ['28.5.1-1.el9', rpm[1]],
    ['19.x', rpm[2]],
  ])('%s, for rpm', (wanted, version) => {
    expect(choose(wanted, rpm)).toBe(version);
  });

  test('and says what there is when nothing fits', () => {
    expect(() => choose('^30')).toThrow(
      expect.objectContaining({
        code: 'PACKAGE_VERSION_UNKNOWN',
        message: expect.stringMatching(
          /fits "\^30"; there are: 5:29\.0\.0~rc\.1.*20\.10\.24/,
        ) as unknown,
      }),
    );
    // A dot is a dot, and an ending has to be asked for.
    expect(() => choose('5:28x5.2*')).toThrow(/there are/);
    expect(() => choose('5:28.5')).toThrow(/there are/);
  });
});

test.each([
  ['5:28.5.2-1~debian.12~bookworm', '28.5.2'],
  ['1:28.5.2-1.el9', '28.5.2'],
  ['5:29.0.0~rc.1-1~ubuntu.24.04~noble', '29.0.0-rc.1'],
  ['2.30.3-r0', '2.30.3'],
  ['5:18.09.9~3-0~debian-stretch', '18.9.9'],
  ['28.3.3+dfsg1-1', '28.3.3'],
  ['git20200101', undefined],
])('upstreamVersion(%s)', (version, upstream) => {
  expect(upstreamVersion(version)).toBe(upstream);
});
