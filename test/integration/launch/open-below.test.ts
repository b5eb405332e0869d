import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openBelow } from '../../../runtime/launch/mounts/open-below.ts';
import { numberedPath } from '../../../runtime/syscall/decimal.ts';
import { Launcher } from '../../../runtime/syscall/launcher.ts';
import { ProgramBuilder } from '../../../runtime/syscall/program-builder.ts';
import { withoutOpenat2 } from './without-openat2.ts';
import { removeTree } from '../../support/remove-tree.ts';

let launcher: Launcher;
const folder = mkdtempSync(join(tmpdir(), 'berth-below-'));

beforeAll(async () => {
  launcher = await Launcher.start();
  mkdirSync(join(folder, 'root/a/b'), { recursive: true });
  writeFileSync(join(folder, 'secret'), 'no');
  writeFileSync(join(folder, 'root/a/b/file'), 'yes');
  const links = { inside: 'a/b', up: '../secret', absolute: join(folder, 'secret') };
  for (const [name, to] of Object.entries(links)) symlinkSync(to, join(folder, 'root', name));
  symlinkSync('..', join(folder, 'root/a/parent'));
});
afterAll(async () => {
  await launcher.stop();
  removeTree(folder);
});

describe.each(['with openat2', 'on an older kernel'])('%s', (kernel) => {
  /** What is in the file at the path; the errno when it cannot be opened. */
  async function content(path: string): Promise<string> {
    const p = new ProgramBuilder('below');
    if (kernel !== 'with openat2') withoutOpenat2(p);
    const found = openBelow(p, { folder: join(folder, 'root'), path });
    const name = numberedPath(p, { prefix: '/proc/self/fd/', number: found, suffix: '' });
    const text = p.reserve(8);
    const file = p.call('open', 'openat', [-100, name, 0, 0]);
    p.reply(text, p.call('read', 'read', [file, text, 8]));
    try {
      return (await launcher.run(p)).data.toString();
    } catch (error) {
      return (error as { readonly details: { readonly errno: string } }).details.errno;
    }
  }

  test('finds what is below the folder', async () => {
    expect(await content('a/b/file')).toBe('yes');
    expect(await content('a/none')).toBe('ENOENT');
  });

  test.each(['up', 'absolute', 'a/parent/../secret', '../secret'])('not %s', async (path) => {
    expect(['EXDEV', 'ELOOP', 'ENOTDIR']).toContain(await content(path));
  });

  test('a link that stays inside is followed where the kernel can see to it', async () => {
    const wanted = kernel === 'with openat2' ? 'yes' : 'ELOOP';
    expect(await content('inside/file')).toBe(wanted);
  });
});
