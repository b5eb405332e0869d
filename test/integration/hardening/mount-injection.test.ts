import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { useMachine } from './fixture.ts';

const machine = useMachine();

/**
 * Options of a mount are one text with commas, and layers of an overlay one with colons: a name with such in it could add a
 * layer or an option, such as another `upperdir`. The defence is `escapeOption` in runtime/syscall/overlay-mount.ts: when it
 * gives the path as it is, the tests are red.
 */
describe('a path with the separators of mount options in it', () => {
  it.each([
    'a,b',
    'a:b',
    'a\\b',
    'x,upperdir=/tmp',
    'x:/etc',
    'a\\,b',
    'a"b',
    "a'b",
    'a\nb',
    'ä b',
  ])('is a layer, and nothing more: %j', async (name) => {
    const folder = `${machine().folder}/${name.replaceAll('/', '\u2215')}`;
    const lower = `${folder}/lower,with:odd\\names`;
    for (const path of ['upper', 'work', 'lower,with:odd\\names'])
      mkdirSync(`${folder}/${path}`, { recursive: true });
    cpSync(machine().image('bin'), `${lower}/bin`, { recursive: true, verbatimSymlinks: true });
    writeFileSync(`${lower}/mark`, 'of this layer');
    const request = machine().request(['sh', '-c', 'cat /mark; ls / | wc -l; echo x > /made']);
    const rootfs = {
      type: 'overlay' as const,
      lower: [lower, machine().image('')],
      upper: `${folder}/upper`,
      work: `${folder}/work`,
    };
    const { stdout, stderr } = await machine().finish({ ...request, rootfs });
    expect(stderr).toBe('');
    expect(stdout).toMatch(/^of this layer\d+\n$/);
    expect(readFileSync(`${folder}/upper/made`, 'utf8')).toBe('x\n');
    expect(readdirSync(lower).sort()).toEqual(['bin', 'mark']);
  });
});
