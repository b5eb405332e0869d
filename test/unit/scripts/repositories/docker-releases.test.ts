import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { hostAt } from '../../../../scripts/host/provision-host.ts';
import { readDistribution } from '../../../../scripts/repositories/distribution.ts';
import { dockerReleases } from '../../../../scripts/repositories/docker-releases.ts';

const folders: string[] = [];
afterAll(async () => {
  for (const folder of folders) await rm(folder, { recursive: true });
});

/** The parts of the docker-ce repository for a host with these files, as `folder/release`. */
async function releasesFor(
  files: Readonly<Record<string, string>>,
  architecture = 'amd64',
): Promise<readonly string[]> {
  const root = await mkdtemp(join(tmpdir(), 'berth-host-'));
  folders.push(root);
  for (const [path, text] of Object.entries(files)) {
    await mkdir(dirname(join(root, path)), { recursive: true });
    await writeFile(join(root, path), text);
  }
  const distribution = await readDistribution(hostAt(root));
  return dockerReleases(distribution, architecture).map(
    ({ folder, release }) => `${folder}/${release}`,
  );
}

const osRelease = (...lines: readonly string[]): Readonly<Record<string, string>> => ({
  'etc/os-release': `${lines.join('\n')}\n`,
});

describe('the docker-ce repository for', () => {
  test.each([
    ['Debian 12', 'debian/bookworm', ['ID=debian', 'VERSION_ID="12"', 'VERSION_CODENAME=bookworm']],
    [
      'Ubuntu 24.04',
      'ubuntu/noble',
      ['ID=ubuntu', 'ID_LIKE=debian', 'VERSION_CODENAME=noble', 'UBUNTU_CODENAME=noble'],
    ],
    ['Fedora 43', 'fedora/43', ['ID=fedora', 'VERSION_ID=43']],
    ['CentOS Stream 9', 'centos/9', ['ID="centos"', 'ID_LIKE="rhel fedora"', 'VERSION_ID="9"']],
    ['CentOS 7', 'centos/7', ['ID="centos"', 'ID_LIKE="rhel fedora"', 'VERSION_ID="7"']],
    ['RHEL 9', 'rhel/9', ['ID="rhel"', 'ID_LIKE="fedora"', 'VERSION_ID="9.4"']],
    ['Rocky 9', 'centos/9', ['ID="rocky"', 'ID_LIKE="rhel centos fedora"', 'VERSION_ID="9.5"']],
    ['Alma 8', 'centos/8', ['ID="almalinux"', 'ID_LIKE="rhel centos fedora"', 'VERSION_ID="8.10"']],
    ['Oracle Linux 9', 'centos/9', ['ID="ol"', 'ID_LIKE="fedora"', 'VERSION_ID="9.4"']],
    ['Anolis 8', 'centos/8', ['ID="anolis"', 'ID_LIKE="rhel fedora centos"', 'VERSION_ID="8.9"']],
    ['Anolis 23', 'centos/9', ['ID="anolis"', 'VERSION_ID="23"']],
    ['openEuler 22.03', 'centos/9', ['ID="openEuler"', 'VERSION_ID="22.03"']],
    ['openEuler 20.03', 'centos/8', ['ID="openEuler"', 'VERSION_ID="20.03"']],
    ['Amazon Linux 2023', 'centos/9', ['ID="amzn"', 'ID_LIKE="fedora"', 'VERSION_ID="2023"']],
    [
      'Alibaba Cloud Linux 3',
      'centos/8',
      ['ID="alinux"', 'ID_LIKE="rhel fedora centos anolis"', 'VERSION_ID="3"'],
    ],
    [
      'openSUSE Leap',
      'sles/15',
      ['ID="opensuse-leap"', 'ID_LIKE="suse opensuse"', 'VERSION_ID="15.6"'],
    ],
    ['SLES 15', 'sles/15', ['ID="sles"', 'ID_LIKE="suse"', 'VERSION_ID="15.6"']],
    ['Kylin Server', 'centos/8', ['ID="kylin"', 'VERSION_ID="V10"']],
  ])('%s is %s', async (_name, first, lines) => {
    expect((await releasesFor(osRelease(...lines)))[0]).toBe(first);
  });

  test.each(['alpine', 'arch', 'void'])('%s is none', async (id) => {
    expect(await releasesFor(osRelease(`ID=${id}`))).toEqual([]);
  });
});

describe('derivatives, which docker-install rejects (docker-install#179)', () => {
  test.each([
    [
      'Linux Mint',
      'ubuntu/noble',
      [
        'ID=linuxmint',
        'ID_LIKE="ubuntu debian"',
        'VERSION_ID="22"',
        'VERSION_CODENAME=wilma',
        'UBUNTU_CODENAME=noble',
      ],
    ],
    [
      'Pop!_OS',
      'ubuntu/jammy',
      ['ID=pop', 'ID_LIKE="ubuntu debian"', 'VERSION_CODENAME=jammy', 'UBUNTU_CODENAME=jammy'],
    ],
    [
      'LMDE',
      'debian/bookworm',
      ['ID=linuxmint', 'ID_LIKE=debian', 'VERSION_CODENAME=faye', 'DEBIAN_CODENAME=bookworm'],
    ],
    ['Kali', 'debian/trixie', ['ID=kali', 'ID_LIKE=debian', 'VERSION_CODENAME=kali-rolling']],
    ['Nobara', 'fedora/42', ['ID=nobara', 'ID_LIKE="rhel centos fedora"', 'VERSION_ID="42"']],
    [
      'EuroLinux 9',
      'centos/9',
      ['ID="eurolinux"', 'ID_LIKE="rhel fedora centos"', 'VERSION_ID="9.3"'],
    ],
  ])('%s is %s', async (_name, first, lines) => {
    expect((await releasesFor(osRelease(...lines)))[0]).toBe(first);
  });

  test('one that names only itself is known by what it inherits', async () => {
    const uos = {
      ...osRelease('ID=uos', 'VERSION_CODENAME=eagle'),
      'etc/debian_version': '10.10\n',
    };
    expect((await releasesFor(uos))[0]).toBe('debian/buster');
    const kylin = {
      ...osRelease('ID=kylin', 'ID_LIKE=debian', 'VERSION_CODENAME=kylin'),
      'etc/debian_version': 'bullseye/sid\n',
    };
    expect((await releasesFor(kylin))[0]).toBe('debian/bullseye');
    const elementary = {
      ...osRelease('ID=elementary', 'ID_LIKE="ubuntu debian"', 'VERSION_CODENAME=horus'),
      'etc/upstream-release/lsb-release': 'DISTRIB_ID=Ubuntu\nDISTRIB_CODENAME=jammy\n',
    };
    expect((await releasesFor(elementary))[0]).toBe('ubuntu/jammy');
  });

  test('an older release follows, for when Docker has nothing for the newest yet', async () => {
    const forky = osRelease('ID=debian', 'VERSION_CODENAME=forky');
    expect((await releasesFor(forky)).slice(0, 2)).toEqual(['debian/forky', 'debian/trixie']);
    const rawhide = osRelease('ID=fedora', 'VERSION_ID=45');
    expect((await releasesFor(rawhide)).slice(0, 2)).toEqual(['fedora/45', 'fedora/44']);
  });

  test('Raspberry Pi OS has its own packages for 32 bit only', async () => {
    const pi = osRelease('ID=raspbian', 'ID_LIKE=debian', 'VERSION_CODENAME=bookworm');
    expect((await releasesFor(pi, 'armhf'))[0]).toBe('raspbian/bookworm');
    expect((await releasesFor(pi, 'arm64'))[0]).toBe('debian/bookworm');
  });
});
