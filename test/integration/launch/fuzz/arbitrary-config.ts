import fc from 'fast-check';
import { capabilityNames } from '../../../../runtime/launch/process/capabilities.ts';
import { namespaceTypes } from '../../../../runtime/spec/linux.ts';
import { rlimitTypes } from '../../../../runtime/spec/process.ts';
import type { SpecInput } from '../../../../runtime/spec/spec.ts';
import { arbitraryMounts } from './arbitrary-mounts.ts';
import { arbitraryResources } from './arbitrary-resources.ts';
import { arbitrarySeccomp } from './arbitrary-seccomp.ts';
import { oddPath } from './odd-path.ts';

/** Where a config may point to on this machine. */
export interface Surroundings {
  /** A folder with files and folders in it that may be bound and written to. */
  readonly scratch: string;
  /** Files of namespaces that the container may join, some of which are none. */
  readonly namespaceFiles: readonly string[];
}

type Process = Partial<SpecInput['process']>;
type Linux = NonNullable<SpecInput['linux']>;

/** What a config may say besides its program; whoever runs it adds that, and the cgroup's path. */
export type ConfigParts = Omit<SpecInput, 'ociVersion' | 'root' | 'process'> & {
  readonly readonly: boolean;
  readonly process: Process;
  readonly linux: Linux;
};

const id = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(0, 1, 1000, 65_534) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(100_000, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 2, 2 ** 32 - 1),
  },
);

/** One of the first, now and then one of the second, which nothing can be started with. */
function seldom<Value>(good: readonly Value[], bad: readonly Value[]): fc.Arbitrary<Value> {
  return fc.oneof(
    { weight: 9, arbitrary: fc.constantFrom(...good) },
    { weight: 1, arbitrary: fc.constantFrom(...bad) },
  );
}

const capabilityList = fc.oneof(
  fc.constant([...capabilityNames]),
  fc.subarray([...capabilityNames]),
  fc.constantFrom([], ['CAP_NONE'], ['cap_chown'], ['CAP_CHOWN', 'CAP_CHOWN']),
);

const limit = fc.constantFrom(0n, 1n, 64n, 1024n, 4096n, 1n << 20n, 1n << 32n, (1n << 64n) - 1n);

const arbitraryProcess: fc.Arbitrary<Process> = fc.record(
  {
    terminal: fc.boolean(),
    consoleSize: fc.record({ height: fc.nat(0xffff), width: fc.nat(0xffff) }),
    user: fc.record(
      {
        uid: id,
        gid: id,
        umask: fc.constantFrom(0, 0o22, 0o777),
        additionalGids: fc.array(id, { maxLength: 4 }),
      },
      { requiredKeys: ['uid', 'gid'] },
    ),
    env: fc.array(
      fc.oneof(
        fc.constantFrom('PATH=/bin', 'PATH=', 'PATH=/nowhere', 'HOME=/', 'A=b', 'A==', '=x', 'x'),
        fc.string({ minLength: 1, maxLength: 20 }),
        fc.constant(`LONG=${'x'.repeat(140_000)}`),
      ),
      { maxLength: 5 },
    ),
    cwd: oddPath,
    capabilities: fc.oneof(
      capabilityList.map((all) => ({ bounding: all, effective: all, permitted: all })),
      fc.record(
        {
          bounding: capabilityList,
          effective: capabilityList,
          inheritable: capabilityList,
          permitted: capabilityList,
          ambient: capabilityList,
        },
        { requiredKeys: [] },
      ),
    ),
    rlimits: fc.uniqueArray(
      fc.oneof(
        fc.record({ type: fc.constantFrom(...rlimitTypes), soft: limit, hard: limit }),
        fc
          .tuple(fc.constantFrom(...rlimitTypes), limit)
          .map(([type, both]) => ({ type, soft: both, hard: both })),
      ),
      { maxLength: 4, selector: ({ type }) => type },
    ),
    noNewPrivileges: fc.boolean(),
    oomScoreAdj: fc.constantFrom(-1000, -1, 0, 1, 500, 1000),
    scheduler: fc.oneof(
      fc.constantFrom(
        { policy: 'SCHED_OTHER' as const, nice: 5 },
        { policy: 'SCHED_BATCH' as const, nice: 19 },
        { policy: 'SCHED_IDLE' as const },
      ),
      fc.record(
        {
          policy: fc.constantFrom('SCHED_OTHER', 'SCHED_IDLE', 'SCHED_ISO', 'SCHED_FIFO'),
          nice: fc.constantFrom(0, 5, -20),
          priority: fc.constantFrom(0, 1, 99),
        },
        { requiredKeys: ['policy'] },
      ),
    ),
    ioPriority: fc.record({
      class: fc.constantFrom('IOPRIO_CLASS_RT', 'IOPRIO_CLASS_BE', 'IOPRIO_CLASS_IDLE'),
      priority: fc.nat(7),
    }),
    apparmorProfile: seldom([''], ['unconfined', 'no-such-profile']),
    selinuxLabel: seldom([''], ['system_u:system_r:container_t:s0']),
  },
  { requiredKeys: [] },
);

/** Mostly all of them, as a container has; now and then some are missing or joined. */
function arbitraryNamespaces({ namespaceFiles }: Surroundings): fc.Arbitrary<Linux['namespaces']> {
  const usual = ['pid', 'mount', 'uts', 'ipc', 'network', 'cgroup'] as const;
  // Never that of the mounts: what a container mounts there would be the machine's.
  const joinable = namespaceTypes.filter((type) => type !== 'mount');
  const any = fc
    .tuple(
      fc.subarray(joinable),
      fc.dictionary(fc.constantFrom(...joinable), fc.constantFrom(...namespaceFiles), {
        maxKeys: 2,
      }),
    )
    .map(([types, paths]) =>
      (['mount', ...types] as const).map((type) => {
        const path = paths[type];
        return path === undefined ? { type } : { type, path };
      }),
    );
  return fc.oneof(
    { weight: 2, arbitrary: fc.constant(usual.map((type) => ({ type }))) },
    { weight: 2, arbitrary: fc.constant([...usual, 'time' as const].map((type) => ({ type }))) },
    { weight: 2, arbitrary: any },
  );
}

const mapping = fc.oneof(
  fc.constant([{ containerID: 0, hostID: 100_000, size: 65_536 }]),
  fc.array(
    fc.record({ containerID: id, hostID: id, size: fc.constantFrom(1, 2, 65_536, 2 ** 32 - 1) }),
    {
      maxLength: 3,
    },
  ),
);

/** Those of the host have the value that they have anyway: were they written, nothing would change. */
const sysctl = fc.dictionary(
  fc.constantFrom(
    ...['net.ipv4.ip_forward', 'net/ipv4/ip_default_ttl', 'kernel.shm_rmid_forced', 'kernel.panic'],
    ...['fs.mqueue.msg_max', 'net.ipv4.none', 'kernel/../panic', '', '.', 'net', 'vm.none'],
  ),
  fc.constantFrom('0', '1', '10', 'x', '', '0\n1'),
  { maxKeys: 3 },
);

function arbitraryLinux(around: Surroundings): fc.Arbitrary<Linux> {
  return fc.record(
    {
      namespaces: arbitraryNamespaces(around),
      uidMappings: mapping,
      gidMappings: mapping,
      devices: fc.array(
        fc.record(
          {
            path: oddPath,
            type: fc.constantFrom('c', 'b', 'u', 'p'),
            major: fc.constantFrom(0, 1, 7, 4095, 4096),
            minor: fc.constantFrom(0, 3, 9, 2 ** 20 - 1),
            fileMode: fc.constantFrom(0, 0o666, 0o4777, 0o100644),
            uid: id,
            gid: id,
          },
          { requiredKeys: ['path', 'type'] },
        ),
        { maxLength: 3 },
      ),
      resources: arbitraryResources,
      seccomp: arbitrarySeccomp,
      rootfsPropagation: fc.constantFrom('private', 'slave', 'shared', 'unbindable', 'rprivate'),
      maskedPaths: fc.array(oddPath, { maxLength: 3 }),
      readonlyPaths: fc.array(oddPath, { maxLength: 3 }),
      sysctl,
      mountLabel: seldom([''], ['system_u:object_r:container_file_t:s0']),
      personality: fc.record({ domain: fc.constantFrom('LINUX', 'LINUX32') }),
      timeOffsets: fc.record({ boottime: fc.record({ secs: fc.constantFrom(0, 5, -1, 2 ** 40) }) }),
    },
    { requiredKeys: [] },
  );
}

/** Programs that do nothing, and paths that are none: they run on the host. */
const hook = fc.record(
  {
    path: fc.constantFrom(
      '/bin/true',
      '/bin/true',
      '/bin/false',
      '/nowhere',
      '/dev/null',
      'true',
      '',
    ),
    args: fc.array(fc.string({ maxLength: 5 }), { maxLength: 2 }),
    env: fc.array(fc.constantFrom('A=b', '', 'PATH=/bin'), { maxLength: 2 }),
    timeout: fc.constantFrom(1, 5, 0, -1, 2 ** 53),
  },
  { requiredKeys: ['path'] },
);
const hookLists = fc.array(hook, { maxLength: 2 });
const arbitraryHooks: fc.Arbitrary<NonNullable<SpecInput['hooks']>> = fc.record(
  {
    prestart: hookLists,
    createRuntime: hookLists,
    createContainer: hookLists,
    startContainer: hookLists,
    poststart: hookLists,
    poststop: hookLists,
  },
  { requiredKeys: [] },
);

/** A config that has the right shape everywhere; what it asks for may be possible, impossible or nonsense. */
export function arbitraryConfig(around: Surroundings): fc.Arbitrary<ConfigParts> {
  return fc.record(
    {
      readonly: fc.boolean(),
      process: sparse(arbitraryProcess),
      linux: fc
        .tuple(sparse(arbitraryLinux(around)), fc.nat(4))
        .map(([linux, dice]) => (dice === 0 ? linux : matching(linux))),
      mounts: arbitraryMounts(around),
      hostname: seldom(['box', '', 'x'.repeat(64)], ['x'.repeat(65), 'b\nx']),
      domainname: seldom(['of.test'], ['x'.repeat(65)]),
      hooks: sparse(arbitraryHooks),
      annotations: fc.dictionary(fc.string(), fc.string(), { maxKeys: 2 }),
    },
    { requiredKeys: ['readonly', 'process', 'linux'] },
  );
}

/** Leaves out what needs a namespace that is not there, and maps ids where there are some to map. */
function matching(linux: Linux): Linux {
  const { uidMappings, gidMappings, timeOffsets, ...rest } = linux;
  const made = (rest.namespaces ?? []).filter(({ path }) => path === undefined);
  const has = (wanted: string): boolean => made.some(({ type }) => type === wanted);
  const all = [{ containerID: 0, hostID: 100_000, size: 65_536 }];
  return {
    ...rest,
    ...(has('user') ? { uidMappings: uidMappings ?? all, gidMappings: gidMappings ?? all } : {}),
    ...(has('time') && timeOffsets ? { timeOffsets } : {}),
  };
}

/** Keeps a few fields of an object: with all of them something would always be wrong, and nothing ever start. */
function sparse<Value extends object>(whole: fc.Arbitrary<Value>): fc.Arbitrary<Value> {
  const dice = fc.array(fc.nat(5), { minLength: 20, maxLength: 20 });
  return fc.tuple(whole, dice).map(([value, thrown]) => {
    const kept = Object.entries(value).filter((_field, i) => thrown[i] === 0);
    return Object.fromEntries(kept) as Value;
  });
}
