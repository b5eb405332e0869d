import { describe, expect, test } from 'vitest';
import type { Distribution } from '../../../../scripts/repositories/distribution.ts';
import type { MirrorSwitch } from '../../../../scripts/repositories/distribution-mirror/mirror-switch.ts';
import { switchApk } from '../../../../scripts/repositories/distribution-mirror/switch-apk.ts';
import { switchApt } from '../../../../scripts/repositories/distribution-mirror/switch-apt.ts';
import { switchPacman } from '../../../../scripts/repositories/distribution-mirror/switch-pacman.ts';
import { switchRpm } from '../../../../scripts/repositories/distribution-mirror/switch-rpm.ts';

const base = 'https://m.example';
const linux = (id: string, version = ''): Distribution => ({
  id,
  idLike: [],
  version,
  prettyName: id,
});
const input = (text: string, distribution: Distribution, path = '/etc/x.list') => ({
  texts: new Map([[path, text]]),
  base,
  distribution,
  knownHosts: ['mirrors.known.example'],
});
const textOf = ({ files }: MirrorSwitch): string | undefined => files[0]?.content;
const probesOf = ({ probes }: MirrorSwitch): readonly string[] => probes.map(({ url }) => url.href);

describe('apt', () => {
  test('switches main, updates and security, and leaves third parties', () => {
    const text = [
      'deb http://deb.debian.org/debian bookworm main',
      'deb http://deb.debian.org/debian/ bookworm-updates main',
      'deb http://security.debian.org/debian-security bookworm-security main',
      'deb http://security.debian.org/ buster/updates main',
      'deb https://mirrors.known.example/debian bookworm-backports main',
      'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] http://elsewhere.example/pub/debian bookworm main',
      'deb https://download.docker.com/linux/debian bookworm stable',
      'deb https://pkgs.third.example/stable/debian bookworm main',
      'deb [signed-by=/etc/apt/keyrings/third.gpg] https://mirrors.known.example/debian bookworm main',
      'deb http://archive.debian.org/debian stretch main',
    ].join('\n');
    const changed = switchApt(input(text, linux('debian', '12')));
    expect(textOf(changed)?.split('\n')).toEqual([
      'deb https://m.example/debian bookworm main',
      'deb https://m.example/debian bookworm-updates main',
      'deb https://m.example/debian-security bookworm-security main',
      'deb https://m.example/debian-security buster/updates main',
      'deb https://m.example/debian bookworm-backports main',
      'deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] https://m.example/debian bookworm main',
      ...text.split('\n').slice(6),
    ]);
    expect(probesOf(changed)).toContain(
      'https://m.example/debian-security/dists/bookworm-security/InRelease',
    );
    expect(probesOf(changed)).toHaveLength(5);
  });

  test('switches Ubuntu in deb822, its regional servers and its ports', () => {
    const text = [
      'Types: deb',
      'URIs: http://cn.archive.ubuntu.com/ubuntu/',
      'Suites: noble noble-updates',
      'Components: main universe',
      'Signed-By: /usr/share/keyrings/ubuntu-archive-keyring.gpg',
      '',
      'Types: deb',
      'URIs: http://security.ubuntu.com/ubuntu/',
      'Suites: noble-security',
      'Components: main',
      '',
      'Types: deb',
      'URIs: http://ports.ubuntu.com/ubuntu-ports/ mirror+file:///etc/apt/mirrors/debian-security.list',
      'Suites: noble',
      'Components: main',
      '',
    ].join('\n');
    const changed = switchApt(
      input(text, linux('ubuntu', '24.04'), '/etc/apt/sources.list.d/ubuntu.sources'),
    );
    const uris = textOf(changed)
      ?.split('\n')
      .filter((line) => line.startsWith('URIs'));
    expect(uris).toEqual([
      'URIs: https://m.example/ubuntu',
      'URIs: https://m.example/ubuntu',
      'URIs: https://m.example/ubuntu-ports https://m.example/debian-security',
    ]);
    const again = switchApt(input(textOf(changed) ?? '', linux('ubuntu'), '/x.sources'));
    expect(again.files).toEqual([]);
  });
});

describe('.repo files', () => {
  const rocky = [
    '[baseos]',
    'name=Rocky Linux $releasever - BaseOS',
    'mirrorlist=https://mirrors.rockylinux.org/mirrorlist?arch=$basearch&repo=BaseOS-$releasever',
    '#baseurl=http://dl.rockylinux.org/$contentdir/$releasever/BaseOS/$basearch/os/',
    'gpgcheck=1',
    'enabled=1',
    '',
    '[docker-ce-stable]',
    'baseurl=https://download.docker.com/linux/centos/$releasever/$basearch/stable',
    'enabled=1',
    '',
  ].join('\n');

  test('of Rocky name the mirror, and a third party in the same file stays', () => {
    const changed = switchRpm(input(rocky, linux('rocky', '9.5')), 'x86_64');
    expect(textOf(changed)).toBe(
      rocky
        .replace('mirrorlist=', '#mirrorlist=')
        .replace(
          'enabled=1\n\n[docker',
          'enabled=1\nbaseurl=https://m.example/rocky/$releasever/BaseOS/$basearch/os/\n\n[docker',
        ),
    );
    expect(probesOf(changed)).toEqual([
      'https://m.example/rocky/9/BaseOS/x86_64/os/repodata/repomd.xml',
    ]);
  });

  test.each([
    [
      linux('fedora', '43'),
      'metalink=https://mirrors.fedoraproject.org/metalink?repo=fedora-$releasever&arch=$basearch\n#baseurl=http://download.example/pub/fedora/linux/releases/$releasever/Everything/$basearch/os/',
      'fedora/releases/$releasever/Everything/$basearch/os/',
    ],
    [
      linux('almalinux', '9.4'),
      'mirrorlist=https://mirrors.almalinux.org/mirrorlist/$releasever/baseos\n# baseurl=https://repo.almalinux.org/almalinux/$releasever/BaseOS/$basearch/os/',
      'almalinux/$releasever/BaseOS/$basearch/os/',
    ],
    [
      linux('opensuse-leap', '15.6'),
      'baseurl=http://download.opensuse.org/distribution/leap/$releasever/repo/oss/',
      'opensuse/distribution/leap/$releasever/repo/oss/',
    ],
    [
      linux('openeuler', '22.03'),
      'baseurl=http://repo.openeuler.org/openEuler-22.03-LTS/OS/$basearch/',
      'openeuler/openEuler-22.03-LTS/OS/$basearch/',
    ],
    [
      linux('rocky', '9.5'),
      'baseurl=https://mirrors.known.example/rocky/$releasever/BaseOS/$basearch/os/',
      'rocky/$releasever/BaseOS/$basearch/os/',
    ],
    [
      linux('centos', '7'),
      'mirrorlist=http://mirrorlist.centos.org/?release=$releasever&arch=$basearch&repo=os\n#baseurl=http://mirror.centos.org/centos/$releasever/os/$basearch/',
      'centos-vault/7.9.2009/os/$basearch/',
    ],
    [
      linux('centos', '8'),
      '#baseurl=http://mirror.centos.org/$contentdir/$releasever/BaseOS/$basearch/os/',
      'centos-vault/8.5.2111/BaseOS/$basearch/os/',
    ],
  ])('of $id $version', (distribution, lines, path) => {
    const changed = switchRpm(input(`[os]\n${lines}\n`, distribution), 'x86_64');
    const baseUrls = textOf(changed)
      ?.split('\n')
      .filter((line) => line.startsWith('baseurl='));
    expect(baseUrls).toEqual([`baseurl=https://m.example/${path}`]);
    expect(textOf(changed)).not.toMatch(/^(mirrorlist|metalink)=/m);
    expect(probesOf(changed)).toHaveLength(1);
    expect(probesOf(changed)[0]).not.toContain('$');
  });

  test('of CentOS 7 on the vault itself', () => {
    const text = '[os]\nbaseurl=http://mirror.centos.org/centos/$releasever/os/$basearch/\n';
    const changed = switchRpm(
      { ...input(text, linux('centos', '7')), base: 'https://vault.centos.org' },
      'x86_64',
    );
    expect(textOf(changed)).toContain('baseurl=https://vault.centos.org/7.9.2009/os/$basearch/');
  });

  test('of CentOS Stream, which name no baseurl', () => {
    const text =
      '[baseos]\nmetalink=https://mirrors.centos.org/metalink?repo=centos-baseos-$stream&arch=$basearch\n';
    const changed = switchRpm(input(text, linux('centos', '9')), 'aarch64');
    expect(textOf(changed)).toContain(
      'baseurl=https://m.example/centos-stream/$stream/BaseOS/$basearch/os/',
    );
    expect(probesOf(changed)).toEqual([
      'https://m.example/centos-stream/9-stream/BaseOS/aarch64/os/repodata/repomd.xml',
    ]);
  });
});

test('apk: servers of Alpine change, others stay, tags are kept', () => {
  const text = [
    'https://dl-cdn.alpinelinux.org/alpine/v3.20/main',
    '@edge http://dl-cdn.alpinelinux.org/alpine/edge/testing/',
    '#https://dl-cdn.alpinelinux.org/alpine/v3.20/community',
    'https://third.example/alpine/v3.20/main',
    '/media/cdrom/apks',
    '',
  ].join('\n');
  const changed = switchApk(input(text, linux('alpine', '3.20')), 'x86_64');
  expect(textOf(changed)?.split('\n').slice(0, 2)).toEqual([
    'https://m.example/alpine/v3.20/main',
    '@edge https://m.example/alpine/edge/testing',
  ]);
  expect(textOf(changed)?.split('\n').slice(2)).toEqual(text.split('\n').slice(2));
  expect(probesOf(changed)[0]).toBe('https://m.example/alpine/v3.20/main/x86_64/APKINDEX.tar.gz');
});

test('pacman: the mirror is the only server, the others are comments', () => {
  const text = '## Arch\n#Server = a\nServer = https://one/$repo/os/$arch\nServer = https://two\n';
  const changed = switchPacman(input(text, linux('arch')), 'x86_64');
  expect(textOf(changed)).toBe(
    '## Arch\n#Server = a\nServer = https://m.example/archlinux/$repo/os/$arch\n#Server = https://one/$repo/os/$arch\n#Server = https://two\n',
  );
  expect(probesOf(changed)).toEqual(['https://m.example/archlinux/core/os/x86_64/core.db']);
  expect(switchPacman(input(textOf(changed) ?? '', linux('arch')), 'x86_64').files).toEqual([]);
});
