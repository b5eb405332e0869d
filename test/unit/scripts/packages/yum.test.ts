import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hostAt, type ProvisionHost } from '../../../../scripts/host/provision-host.ts';
import { vaultOptions } from '../../../../scripts/packages/rpm/el7-vault.ts';
import { parseVersionLocks } from '../../../../scripts/packages/rpm/version-locks.ts';
import { parseYumList, yum } from '../../../../scripts/packages/rpm/yum.ts';
import { dnf } from '../../../../scripts/packages/rpm/dnf.ts';

/** CentOS 7.9's own file, shortened. */
const baseFile = `# CentOS-Base.repo
[base]
name=CentOS-$releasever - Base
mirrorlist=http://mirrorlist.centos.org/?release=$releasever&arch=$basearch&repo=os&infra=$infra
#baseurl=http://mirror.centos.org/centos/$releasever/os/$basearch/
gpgcheck=1

[updates]
baseurl=http://mirror.centos.org/centos/$releasever/updates/$basearch/

[extras]
#mirrorlist=http://mirrorlist.centos.org/?release=$releasever&arch=$basearch&repo=extras&infra=$infra
baseurl=https://mirrors.tuna.tsinghua.edu.cn/centos-vault/7.9.2009/extras/$basearch/

[centosplus]
mirrorlist=http://mirrorlist.centos.org/?release=$releasever&arch=$basearch&repo=centosplus&infra=$infra
`;

describe('the end of life of CentOS 7', () => {
  test('the vault takes the place of servers that are gone, and of no mirror that someone has set', () => {
    expect(vaultOptions(baseFile)).toEqual([
      '--setopt=base.baseurl=http://vault.centos.org/7.9.2009/os/$basearch/',
      '--setopt=base.mirrorlist=file:///dev/null',
      '--setopt=updates.baseurl=http://vault.centos.org/7.9.2009/updates/$basearch/',
      '--setopt=updates.mirrorlist=file:///dev/null',
    ]);
  });

  test('a host without that file, or with another, gets no options', () => {
    expect(vaultOptions('')).toEqual([]);
    expect(vaultOptions('[rhel-7-server]\nbaseurl=https://cdn.redhat.com/content\n')).toEqual([]);
  });
});

test('versions are read where a long name breaks the line, and of that package only', () => {
  const list = `Available Packages
docker-ce-cli.x86_64           1:26.1.3-1.el7                  docker-ce-stable
docker-ce-cli.x86_64           1:26.1.4-1.el7                  docker-ce-stable
docker-ce-rootless-extras-with-a-long-name.x86_64
                               26.1.4-1.el7                    docker-ce-stable
`;
  expect(parseYumList(list, 'docker-ce-cli')).toEqual(['1:26.1.3-1.el7', '1:26.1.4-1.el7']);
  expect(parseYumList(list, 'docker-ce-rootless-extras-with-a-long-name')).toEqual([
    '26.1.4-1.el7',
  ]);
});

test.each([
  ['dnf 4', 'docker-ce-cli-1:28.5.2-1.el9.*\n!kernel-0:5.14.0-1.el9.*\n', ['docker-ce-cli']],
  [
    'dnf 5',
    '# Added by "versionlock add" command on 2026-11-21\nPackage name: docker-ce-cli\nevr = 1:28.5.2-1.fc42\n',
    ['docker-ce-cli'],
  ],
  ['yum 3', '1:docker-ce-cli-26.1.4-1.el7.*\nversionlock list done\n', ['docker-ce-cli']],
])('the version locks of %s', (_name, list, wanted) => {
  expect(parseVersionLocks(list)).toEqual(wanted);
});

describe('what yum is told', () => {
  let host: ProvisionHost;
  let argvs: string[][];
  let version: string;

  beforeEach(async () => {
    version = '3.4.3\n';
    argvs = [];
    const root = await mkdtemp(join(tmpdir(), 'berth-yum-'));
    await mkdir(join(root, 'etc/yum.repos.d'), { recursive: true });
    await writeFile(join(root, 'etc/yum.repos.d/CentOS-Base.repo'), baseFile);
    host = hostAt(root, {
      // Recorded answers: Debian 12 has no yum 3.
      run: (command, args) => {
        argvs.push([command, ...args]);
        if (args.includes('--version')) return answer(version);
        if (command === 'rpm' && args[0] === '-qa')
          return answer('docker-ce-cli\t1:26.1.4-1.el7\n');
        return answer('');
      },
    });
  });
  afterEach(() => rm(host.root, { recursive: true }));

  const answer = (stdout: string) => Promise.resolve({ exitCode: 0, stdout, stderr: '' });

  test('it is yum only in version 3, later it is another name of dnf', async () => {
    expect(await yum.isPresent(host)).toBe(true);
    version = '4.14.0\n';
    expect(await yum.isPresent(host)).toBe(false);
    expect(await dnf.isPresent(host)).toBe(true);
  });

  test('an older version is a downgrade, without epoch, from the vault, and removes nothing else', async () => {
    const spec = { name: 'docker-ce-cli', version: '1:26.1.3-1.el7' };
    // The recorded rpm goes on saying the version before.
    await expect(yum.install(host, [spec])).rejects.toMatchObject({ code: 'PACKAGE_UNKNOWN' });
    const [download, done] = argvs.filter(([command]) => command === 'yum');
    expect(download?.slice(-3)).toEqual([
      ...['downgrade', 'docker-ce-cli-26.1.3-1.el7', '--downloadonly'],
    ]);
    expect(done?.slice(-2)).toEqual(['downgrade', 'docker-ce-cli-26.1.3-1.el7']);
    expect(done).toContain('--setopt=clean_requirements_on_remove=False');
    expect(done).toContain('--setopt=base.baseurl=http://vault.centos.org/7.9.2009/os/$basearch/');
  });
});
