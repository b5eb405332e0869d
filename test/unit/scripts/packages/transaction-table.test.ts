import { expect, test } from 'vitest';
import { parseTransactionTable } from '../../../../scripts/packages/rpm/transaction-table.ts';

/** dnf 4.14 of Debian 12, recorded; the name is longer than its column. */
const dnf4 = `Last metadata expiration check: 0:00:02 ago on Sat Nov 21 16:18:39 2026.
Dependencies resolved.
================================================================================
 Package
                            Arch          Version              Repository  Size
================================================================================
Installing:
 berth-probe-whose-name-is-much-longer-than-the-column
                            noarch        1:28.5.2-1           docker-ce  5.5 k
     replacing  berth-lone.noarch 1-1
Installing dependencies:
 berth-dep                  noarch        1-1                  docker-ce  5.4 k
Upgrading:
 other                      noarch        3:2.0-1              docker-ce  5.5 k

Transaction Summary
================================================================================
Install  2 Packages
Upgrade  1 Package

Total size: 11 k
Installed size: 0
Operation aborted.
`;

/** After libdnf5-cli/output/transaction_table.cpp of dnf5 5.2; not recorded, there is no dnf5 in Debian 12. */
const dnf5 = `Updating and loading repositories:
 Docker CE Stable - x86_64              100% |   3.4 KiB/s |   2.0 KiB |  00m01s
Repositories loaded.
Package                  Arch   Version             Repository            Size
Installing:
 docker-ce-cli           x86_64 1:28.5.2-1.fc42     docker-ce        34.2 MiB
Installing weak dependencies:
 docker-buildx-plugin    x86_64 0.29.1-1.fc42       docker-ce        72.1 MiB
Upgrading:
 kmod                    x86_64 34-1.fc42           updates         247.2 KiB
   replacing kmod        x86_64 33-3.fc42           anaconda        235.5 KiB
Removing dependent packages:
 moby-engine             x86_64 28.1-1.fc42         fedora          100.0 MiB

Transaction Summary:
 Installing:         2 packages
 Upgrading:          1 package
 Replacing:          1 package
 Removing:           1 package
`;

/** After output.py (listTransaction) of yum 3.4.3; not recorded, there is no yum 3 in Debian 12. */
const yum = `Resolving Dependencies
--> Running transaction check
---> Package docker-ce-cli.x86_64 1:26.1.4-1.el7 will be installed
--> Finished Dependency Resolution

Dependencies Resolved

================================================================================
 Package                      Arch    Version             Repository       Size
================================================================================
Installing:
 docker-ce-cli                x86_64  1:26.1.4-1.el7      docker-ce        15 M
Updating:
 kmod                         x86_64  20-28.el7           base            123 k
Installing for dependencies:
 docker-compose-plugin        x86_64  2.27.1-1.el7        docker-ce        13 M
Removing for dependencies:
 docker-client                x86_64  2:1.13.1-210.el7    @extras          14 M

Transaction Summary
================================================================================
Install  1 Package (+1 Dependent package)

Total download size: 28 M
Exiting on user command
`;

test.each([
  [
    'dnf 4',
    dnf4,
    {
      installed: [
        { name: 'berth-probe-whose-name-is-much-longer-than-the-column', version: '1:28.5.2-1' },
        { name: 'berth-dep', version: '1-1' },
      ],
      changed: [{ name: 'other', version: '3:2.0-1' }],
      removed: ['berth-lone'],
    },
  ],
  [
    'dnf 5',
    dnf5,
    {
      installed: [
        { name: 'docker-ce-cli', version: '1:28.5.2-1.fc42' },
        { name: 'docker-buildx-plugin', version: '0.29.1-1.fc42' },
      ],
      changed: [{ name: 'kmod', version: '34-1.fc42' }],
      removed: ['moby-engine'],
    },
  ],
  [
    'yum 3',
    yum,
    {
      installed: [
        { name: 'docker-ce-cli', version: '1:26.1.4-1.el7' },
        { name: 'docker-compose-plugin', version: '2.27.1-1.el7' },
      ],
      changed: [{ name: 'kmod', version: '20-28.el7' }],
      removed: ['docker-client'],
    },
  ],
])('the table of %s says what is installed, changed and removed', (_name, output, wanted) => {
  expect(parseTransactionTable(output)).toEqual(wanted);
});

test('no table is an empty one', () => {
  const output = 'Dependencies resolved.\nNothing to do.\nComplete!\n';
  expect(parseTransactionTable(output)).toEqual({ installed: [], changed: [], removed: [] });
});
