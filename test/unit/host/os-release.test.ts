import { expect, test } from 'vitest';
import { distributionIds, prettyName, readOsRelease } from '../../../runtime/host/os-release.ts';

/** A host with these files. */
const on =
  (files: Readonly<Record<string, string>>) =>
  (path: string): Promise<string | undefined> =>
    Promise.resolve(files[path]);

test('reads quoted and bare values, and what a distribution derives from', async () => {
  const text = `ID=Ubuntu\nID_LIKE='a  b'\n# NAME=x\nPRETTY_NAME="A \\"B\\" \\$C"\nVERSION_ID=22.04 \n`;
  const release = await readOsRelease(on({ '/etc/os-release': text }));
  expect(distributionIds(release)).toEqual({ id: 'ubuntu', idLike: ['a', 'b'] });
  expect(prettyName(release)).toBe('A "B" $C');
  expect(release?.get('VERSION_ID')).toBe('22.04');
});

test('the file of /etc counts, then that of /usr/lib', async () => {
  const both = { '/etc/os-release': 'NAME=mine', '/usr/lib/os-release': 'NAME=theirs' };
  expect(prettyName(await readOsRelease(on(both)))).toBe('mine');
  const one = { '/usr/lib/os-release': both['/usr/lib/os-release'] };
  expect(prettyName(await readOsRelease(on(one)))).toBe('theirs');
});

test('a host without the file is some Linux', async () => {
  const release = await readOsRelease(on({}));
  expect(release).toBeUndefined();
  expect(distributionIds(release)).toEqual({ id: 'linux', idLike: [] });
  expect(prettyName(release)).toBeUndefined();
});
