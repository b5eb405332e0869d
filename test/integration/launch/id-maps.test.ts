import { execFileSync } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { removeTree } from '../../support/remove-tree.ts';

const user = 1000;
const child = join(import.meta.dirname, 'id-maps-child.ts');
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'berth-ids-'));
});
afterAll(() => {
  removeTree(folder);
});

/** What the child says as a user who has all capabilities but those for changing ids. */
function asUser(
  args: readonly (string | number)[],
  {
    subordinate = '',
    hidden = '',
  }: { readonly subordinate?: string; readonly hidden?: string } = {},
): unknown {
  const ids = `${folder}/subids`;
  writeFileSync(ids, subordinate);
  const all = '+all,-setuid,-setgid,-sys_resource';
  const script = `
    for file in subuid subgid; do mount --bind ${ids} /etc/$file; done
    ${hidden === '' ? '' : `mount --bind /dev/null ${hidden}`}
    exec setpriv --reuid ${user} --regid ${user} --clear-groups --inh-caps=${all} --ambient-caps=${all} \\
      ${process.execPath} ${child} ${args.join(' ')}`;
  const out = execFileSync('unshare', ['--mount', 'sh', '-ec', script], { encoding: 'utf8' });
  return JSON.parse(out);
}

describe('without CAP_SETUID the ids of a container are mapped', () => {
  it('by newuidmap and newgidmap, to those that the user was given', () => {
    expect(asUser([200_000, 65_536], { subordinate: `${user}:200000:65536\n` })).toEqual({
      said: ' 0 200000 65536\n 0 200000 65536\nuid=0 gid=0\n',
    });
  });

  it('to itself, when nothing else is asked for', () => {
    expect(asUser([user])).toEqual({ said: ` 0 ${user} 1\n 0 ${user} 1\nuid=0 gid=0\n` });
  });

  it('and then no groups can be set', () => {
    expect(asUser([user, 1, 0])).toMatchObject({
      code: 'SPEC_UNSUPPORTED',
      message: expect.stringContaining("'process.user.additionalGids'") as string,
    });
  });
});

describe('what cannot be mapped is refused by its field', () => {
  it('ids that the user was not given', () => {
    expect(asUser([300_000, 65_536], { subordinate: `${user}:200000:65536\n` })).toMatchObject({
      code: 'ID_MAPPING_REFUSED',
      message: expect.stringContaining('linux.uidMappings: newuidmap refuses them') as string,
    });
  });

  it('anything, where the helpers cannot be run', () => {
    expect(
      asUser([200_000, 65_536], {
        subordinate: `${user}:200000:65536\n`,
        hidden: '/usr/bin/newuidmap',
      }),
    ).toMatchObject({
      code: 'ID_MAPPING_REFUSED',
      message: expect.stringContaining('linux.uidMappings: newuidmap is not installed') as string,
    });
  });
});
