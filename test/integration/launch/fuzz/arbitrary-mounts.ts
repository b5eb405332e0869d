import fc from 'fast-check';
import type { SpecInput } from '../../../../runtime/spec/spec.ts';
import type { Surroundings } from './arbitrary-config.ts';
import { oddPath } from './odd-path.ts';

type Mount = NonNullable<SpecInput['mounts']>[number];

const flags = [
  ...['ro', 'rw', 'nosuid', 'suid', 'nodev', 'dev', 'noexec', 'exec', 'noatime', 'relatime'],
  ...['strictatime', 'nodiratime', 'sync', 'nosymfollow', 'rro', 'rnoexec', 'rnosuid', 'rrw'],
  ...['private', 'rprivate', 'slave', 'rslave', 'shared', 'unbindable', 'defaults'],
];

/** Options of file systems, and some that none has. */
const data = [
  ...['size=64k', 'mode=755', 'mode=x', 'uid=0', 'gid=5', 'newinstance', 'ptmxmode=0666', 'a=b'],
  ...['hidepid=2', 'nr_inodes=10', 'tmpcopyup', 'idmap', '', 'x'.repeat(4096), 'size=1k,ro'],
];

const options = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: fc.constantFrom(...flags) },
    { weight: 2, arbitrary: fc.constantFrom(...data) },
  ),
  { maxLength: 4 },
);

/** Sources are below the scratch folder, and no type is one whose mount could change what the host has mounted. */
function arbitraryMount({ scratch }: Surroundings): fc.Arbitrary<Mount> {
  const sources = [
    'folder',
    'file',
    'link',
    'fifo',
    'socket',
    'a,b:c',
    'missing',
    'folder/../file',
  ];
  const bind = fc.record(
    {
      destination: oddPath,
      type: fc.constantFrom('bind', 'none', ''),
      source: fc.constantFrom(...sources.map((name) => `${scratch}/${name}`)),
      options: options.map((rest) => ['rbind', ...rest]),
    },
    { requiredKeys: ['destination', 'source', 'options'] },
  );
  const fileSystem = fc.record(
    {
      destination: oddPath,
      type: fc.constantFrom(
        'tmpfs',
        'proc',
        'sysfs',
        'devpts',
        'mqueue',
        'cgroup',
        'ramfs',
        'nofs',
      ),
      source: fc.constantFrom('none', 'tmpfs', ''),
      options,
    },
    { requiredKeys: ['destination', 'type'] },
  );
  return fc.oneof(bind, fileSystem);
}

/** Few, and mostly none. */
export function arbitraryMounts(around: Surroundings): fc.Arbitrary<readonly Mount[]> {
  return fc.oneof(
    fc.constant<readonly Mount[]>([]),
    fc.array(arbitraryMount(around), { maxLength: 3 }),
  );
}
