import { describe, expect, it } from 'vitest';
import type { z } from 'zod';
import { type BerthError, isBerthError } from '../../../runtime/errors/berth-error.ts';
import { parseSpec, parseSpecText } from '../../../runtime/spec/parse-spec.ts';
import { stringifyPrecise } from '../../../runtime/spec/precise-json.ts';
import type { SpecInput } from '../../../runtime/spec/spec.ts';

const minimal = {
  ociVersion: '1.2.1',
  process: { user: { uid: 0, gid: 0 }, args: ['/hello'], cwd: '/' },
  root: { path: 'rootfs' },
} satisfies SpecInput;

/** A copy of the smallest config with one field set, at a path such as `process.args`. */
function withField(path: string, value: unknown): unknown {
  const copy: unknown = structuredClone(minimal);
  const keys = path.split('.');
  let target = copy as Record<string, unknown>;
  for (const key of keys.slice(0, -1)) target = (target[key] ??= {}) as Record<string, unknown>;
  target[keys.at(-1) ?? ''] = value;
  return copy;
}

function errorOf(json: unknown): BerthError {
  try {
    parseSpec(json);
  } catch (error) {
    if (isBerthError(error)) return error;
    throw error;
  }
  throw new Error('parseSpec accepted what it should refuse');
}

it.each(['1.0.0', '1.0.2-dev', '1.1.0+build.7', '1.2.1', '1.3.0', '1.0.0-rc.1'])(
  'takes a config of version %s',
  (ociVersion) => {
    expect(parseSpec({ ...minimal, ociVersion }).ociVersion).toBe(ociVersion);
  },
);

it.each([
  '',
  '1',
  '1.2',
  '0.9.0',
  '2.0.0',
  'v1.2.1',
  '1.02.0',
  '1.2.1-',
  '1.2.1-01',
  ' 1.2.1',
  '1.2.1\n',
  '1.2.1+',
  1.2,
])('refuses the version %j', (ociVersion) => {
  expect(errorOf({ ...minimal, ociVersion }).message).toContain(
    `'ociVersion' is ${JSON.stringify(ociVersion)}, wanted`,
  );
});

describe.each(['hostname', 'domainname'] as const)('%s', (field) => {
  const uts = { namespaces: [{ type: 'uts' as const }] };

  it('is none when it is empty', () => {
    expect(parseSpec({ ...minimal, [field]: '' })[field]).toBeUndefined();
  });

  it.each([uts, { namespaces: [{ type: 'uts' as const, path: '/proc/1/ns/uts' }] }])(
    'is that of a namespace: %j',
    (linux) => {
      const name = 'x'.repeat(64);
      expect(parseSpec({ ...minimal, linux, [field]: name })[field]).toBe(name);
    },
  );

  it("is refused when it would be the host's", () => {
    expect(errorOf({ ...minimal, [field]: 'box' }).message).toContain(
      `'${field}' is "box", wanted none without a "uts" namespace`,
    );
  });

  it.each(['x'.repeat(65), '\u00e9'.repeat(33), 5])('is refused when it is %j', (name) => {
    expect(errorOf({ ...minimal, linux: uts, [field]: name }).message).toContain(`'${field}' is `);
  });
});

describe('parseSpec', () => {
  it('fills in what a small config leaves out', () => {
    const spec = parseSpec(minimal);
    expect(spec.mounts).toEqual([]);
    expect(spec.process.env).toEqual([]);
    expect(spec.process.terminal).toBe(false);
    expect(spec.process.noNewPrivileges).toBe(false);
    expect(spec.process.capabilities).toBeUndefined();
    expect(spec.root.readonly).toBe(false);
    expect(spec.linux.namespaces).toEqual([]);
    expect(spec.linux.seccomp).toBeUndefined();
  });

  it('gives the same when it reads its own result again', () => {
    const spec = parseSpec(minimal);
    expect(parseSpec(spec)).toEqual(spec);
  });

  it('ignores unknown fields, on every level', () => {
    const spec = parseSpec(withField('process.user.colour', 'red'));
    expect(spec.process.user).toEqual({ uid: 0, gid: 0, additionalGids: [] });
  });

  it.each(['process.user.uid', 'process.user.gid', 'process.user.additionalGids.0'])(
    'refuses the id of nobody at all in %s, with which a start would stay root (as CVE-2024-40635)',
    (field) => {
      const path = field.replace('.0', '');
      const value = path === field ? 0xffff_ffff : [0xffff_ffff];
      expect(errorOf(withField(path, value)).message).toContain('from 0 to 4294967294');
    },
  );

  it('tells of a value with numbers beyond what JSON has', () => {
    const rlimits = [{ type: 'RLIMIT_CPU', soft: 2n ** 60n + 1n, hard: 0n }];
    expect(errorOf(withField('process.rlimits', rlimits)).message).toContain('1152921504606846977');
  });

  it('takes null for absent, as Go programs write it', () => {
    const spec = parseSpec(
      withField('linux.seccomp', { defaultAction: 'SCMP_ACT_ALLOW', syscalls: null }),
    );
    expect(spec.linux.seccomp?.syscalls).toEqual([]);
  });

  it('takes a relative mount destination from the root', () => {
    const spec = parseSpec(
      withField('mounts', [{ destination: 'data', source: '/srv', options: ['bind'] }]),
    );
    expect(spec.mounts[0]?.destination).toBe('/data');
  });

  it.each([
    ['process.args', [5], `'process.args[0]' is 5, wanted a string`],
    ['process.args', [], `'process.args' is [], wanted a list of at least the program`],
    ['process.args', undefined, `'process.args' is missing, wanted a list`],
    [
      'process.args',
      ['a\0b'],
      `'process.args[0]' is "a\\u0000b", wanted a string without NUL bytes`,
    ],
    ['process.cwd', 'tmp', `'process.cwd' is "tmp", wanted an absolute path, beginning with "/"`],
    [
      'process.user.uid',
      -1,
      `'process.user.uid' is -1, wanted a whole number from 0 to 4294967294`,
    ],
    ['process.user.uid', 1.5, `'process.user.uid' is 1.5, wanted a whole number`],
    ['process.user.umask', 512, `'process.user.umask' is 512, wanted a whole number from 0 to 511`],
    ['process.oomScoreAdj', 1001, `'process.oomScoreAdj' is 1001, wanted`],
    ['process.terminal', 'yes', `'process.terminal' is "yes", wanted true or false`],
    ['process', 'sh', `'process' is "sh", wanted an object`],
    ['ociVersion', '2.0.0', `'ociVersion' is "2.0.0", wanted a version`],
    ['root', undefined, `'root' is missing, wanted an object`],
    [
      'linux.namespaces',
      [{ type: 'moon' }],
      `'linux.namespaces[0].type' is "moon", wanted one of "pid"`,
    ],
    [
      'linux.namespaces',
      [{ type: 'pid' }, { type: 'pid' }],
      `'linux.namespaces[1]' is {"type":"pid"}, wanted "pid" only once`,
    ],
    ['linux.resources.pids', {}, `'linux.resources.pids.limit' is missing, wanted a whole number`],
    [
      'linux.resources.memory',
      { limit: -2 },
      `'linux.resources.memory.limit' is -2, wanted a number of bytes, or -1`,
    ],
    ['linux.devices', [{ path: '/dev/x', type: 'c' }], `wanted a major and a minor number`],
    [
      'linux.seccomp',
      { defaultAction: 'ALLOW' },
      `'linux.seccomp.defaultAction' is "ALLOW", wanted one of`,
    ],
  ])('refuses %s = %j', (path, value, message) => {
    const error = errorOf(withField(path, value));
    expect(error.code).toBe('SPEC_INVALID');
    expect(error.message).toContain(message);
  });

  it('refuses twice the same rlimit, and a soft limit above the hard one', () => {
    const limit = { type: 'RLIMIT_NOFILE', soft: 10, hard: 20 };
    expect(errorOf(withField('process.rlimits', [limit, limit])).message).toContain(
      'wanted "RLIMIT_NOFILE" only once',
    );
    expect(errorOf(withField('process.rlimits', [{ ...limit, soft: 21 }])).message).toContain(
      'wanted a soft limit that is not above the hard one',
    );
  });

  it('names every problem, not only the first', () => {
    const error = errorOf({ ...minimal, ociVersion: 1, root: { path: '' } });
    expect(error.details).toMatchObject({
      problems: [{ field: 'ociVersion' }, { field: 'root.path' }],
    });
  });

  it.each([null, 5, 'text', []])('refuses %j as a whole config', (json) => {
    expect(errorOf(json).message).toContain('wanted an object');
  });

  it.each([
    ['windows', { layerFolders: ['C:'] }, ['windows']],
    ['process.commandLine', 'cmd.exe', ['process.commandLine']],
    ['process.user.username', 'me', ['process.user.username']],
    ['linux.netDevices', { eth0: { name: 'x' } }, ['linux.netDevices']],
    ['linux.memoryPolicy', { mode: 'MPOL_BIND' }, ['linux.memoryPolicy']],
  ])('refuses %s, which berth cannot do yet, by name', (path, value, fields) => {
    const error = errorOf(withField(path, value));
    expect(error.code).toBe('SPEC_UNSUPPORTED');
    expect(error.details).toEqual({ fields });
  });

  it('accepts such fields when they ask for nothing', () => {
    expect(() => parseSpec({ ...minimal, hooks: { prestart: [], poststop: null } })).not.toThrow();
  });
});

describe('64-bit numbers', () => {
  const text = JSON.stringify(
    withField('linux.seccomp', {
      defaultAction: 'SCMP_ACT_ALLOW',
      syscalls: [
        {
          names: ['read'],
          action: 'SCMP_ACT_LOG',
          args: [{ index: 0, value: 0, op: 'SCMP_CMP_EQ' }],
        },
      ],
    }),
  ).replace('"value":0', '"value":18446744073709551613');

  it('are exact when a text is read', () => {
    const spec = parseSpecText(text);
    expect(spec.linux.seccomp?.syscalls[0]?.args[0]?.value).toBe(18446744073709551613n);
  });

  it('are exact when a config is written and read again', () => {
    const spec = parseSpecText(text);
    expect(parseSpecText(stringifyPrecise(spec))).toEqual(spec);
  });

  it('are refused when JSON.parse has rounded them, but for RLIM_INFINITY', () => {
    const rlimit = (soft: number): unknown =>
      withField('process.rlimits', [{ type: 'RLIMIT_CORE', soft, hard: 2 ** 64 }]);
    expect(parseSpec(rlimit(2 ** 64)).process.rlimits[0]?.soft).toBe(0xffff_ffff_ffff_ffffn);
    expect(errorOf(rlimit(2 ** 60)).message).toContain('parseSpecText');
    expect(errorOf(rlimit(-1)).message).toContain('wanted a whole number from 0 to 2^64-1');
  });

  it('text that is no JSON is refused as such', () => {
    expect(() => parseSpecText('{"ociVersion":')).toThrow(/no JSON/);
  });
});

describe('a config without measure', () => {
  const many = (count: number): readonly number[] => Array.from({ length: count }, (_, i) => i);

  // Without a bound a config of 14 MB filled the log with 50 MB, and took a gigabyte of memory.
  it.each([
    ['process.env', many(60_000), 'process.env[19]', 59_900],
    [
      'annotations',
      Object.fromEntries(many(60_000).map((i) => [`a${i}`, i])),
      'annotations.a19',
      59_980,
    ],
  ] as const)(
    'has the first faults of %s named, and the rest not looked at',
    (field, value, last, unread) => {
      const { message, details, cause } = errorOf(withField(field, value));
      expect(message).toContain(`'${last}' is 19, wanted a string`);
      expect(message).not.toContain(last.replace('19', '20'));
      expect(message).toContain(`; ${unread} more of '${field}' not looked at`);
      expect(details).toMatchObject({ problems: { length: 20 } });
      expect((cause as z.ZodError).issues.length).toBeLessThan(200);
    },
  );

  it('has the faults of all its lists counted', () => {
    const masked = many(5000);
    const broken = withField('linux.maskedPaths', masked);
    const { message, cause } = errorOf({ ...(broken as object), mounts: masked });
    expect(message).toContain("'mounts[19]' is 19, wanted an object; and 180 more; ");
    expect(message).toContain("4900 more of 'mounts' not looked at");
    expect(message).toContain("4900 more of 'linux.maskedPaths' not looked at");
    expect((cause as z.ZodError).issues).toHaveLength(202);
  });

  it('has the fault named that is behind many that are right', () => {
    const env = many(60_000).map((i) => (i === 59_999 ? 'A\0' : `A${i}=1`));
    expect(errorOf(withField('process.env', env)).message).toBe(
      '\'process.env[59999]\' is "A\\u0000", wanted a string without NUL bytes',
    );
  });

  it.each([
    ['mounts', { destination: '/a', type: 'tmpfs' }, 10_000],
    ['linux.devices', { path: '/dev/a', type: 'p' }, 10_000],
    ['linux.maskedPaths', '/a', 10_000],
    ['process.capabilities.bounding', 'CAP_KILL', 1000],
    ['process.user.additionalGids', 1, 65_536],
    ['process.rlimits', { type: 'RLIMIT_CPU', soft: 1, hard: 1 }, 100_000],
  ])('has as many %s as fit into a start', (field, item, most) => {
    const { message } = errorOf(
      withField(
        field,
        Array.from({ length: most + 1 }, () => item),
      ),
    );
    expect(message).toContain(`wanted a list of at most ${most} items`);
    expect(message.length).toBeLessThan(200);
  });

  it('has as many fields as fit into a start', () => {
    const sysctl = Object.fromEntries(many(10_001).map((i) => [`net.a${i}`, '1']));
    expect(errorOf(withField('linux.sysctl', sysctl)).message).toContain(
      'wanted an object of at most 10000 fields',
    );
  });
});
