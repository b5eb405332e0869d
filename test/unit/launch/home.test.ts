import { expect, it } from 'vitest';
import { withHome } from '../../../runtime/launch/process/home.ts';
import { parseSpec } from '../../../runtime/spec/parse-spec.ts';

const passwd = 'root:x:0:0:root:/root:/bin/sh\nme:x:7:7::/home/me:/bin/sh\nnowhere:x:8:8:::\n';

async function envOf(uid: number, env: readonly string[], file = passwd): Promise<unknown> {
  const { process } = parseSpec({
    ociVersion: '1.2.1',
    process: { user: { uid, gid: 0 }, args: ['true'], cwd: '/', env },
    root: { path: 'rootfs' },
  });
  const read = (path: string): Promise<string | undefined> =>
    Promise.resolve(path === '/etc/passwd' && file !== '' ? file : undefined);
  return (await withHome(process, read)).env;
}

it.each([
  ['the folder of the user', 7, [], ['HOME=/home/me']],
  ['the folder of root', 0, ['A=b'], ['A=b', 'HOME=/root']],
  ['in the place of an empty one', 7, ['HOME='], ['HOME=/home/me']],
  ['the root for a user without a folder', 8, [], ['HOME=/']],
  ['the root for a user who is nobody', 9, [], ['HOME=/']],
  ['what the config says', 7, ['HOME=/x'], ['HOME=/x']],
])('HOME is %s', async (_, uid, env, wanted) => {
  expect(await envOf(uid, env)).toEqual(wanted);
});

it('HOME is nothing that could not be one: a line with a NUL is not read', async () => {
  expect(await envOf(7, [], 'me:x:7:7::/a\0b:/bin/sh\nme:x:7:7::/c:/bin/sh\n')).toEqual([
    'HOME=/c',
  ]);
});

it('HOME is the root where there is no /etc/passwd', async () => {
  expect(await envOf(7, [], '')).toEqual(['HOME=/']);
});
