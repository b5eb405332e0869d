import { describe, expect, it } from 'vitest';
import { isBerthError } from '../../../runtime/errors/berth-error.ts';
import { parseSpec } from '../../../runtime/spec/parse-spec.ts';
import { unsupportedFields } from '../../../runtime/spec/unsupported.ts';
import { wholeConfig } from './whole-config.ts';

type Path = readonly (string | number)[];

/** Every value of a config: objects and lists, and what is in them. */
function* fieldsOf(value: unknown, path: Path = []): Generator<readonly [Path, unknown]> {
  if (path.length > 0) yield [path, value];
  if (typeof value !== 'object' || value === null) return;
  for (const [key, child] of Object.entries(value))
    yield* fieldsOf(child, [...path, Array.isArray(value) ? Number(key) : key]);
}

function nameOf(path: Path): string {
  return path
    .map((key, i) => (typeof key === 'number' ? `[${key}]` : i === 0 ? key : `.${key}`))
    .join('');
}

/** The config with another value at one place. */
function withValue(path: Path, value: unknown): unknown {
  const copy: unknown = structuredClone(wholeConfig);
  const [last = '', ...above] = path.toReversed();
  let at = copy as Record<string | number, unknown>;
  for (const key of above.toReversed()) at = at[key] as Record<string | number, unknown>;
  if (value === undefined) Reflect.deleteProperty(at, last);
  else at[last] = value;
  return copy;
}

/** Values of each kind, so that those of another kind than a field's are wrong for it. */
const kinds: readonly (readonly [kind: string, value: unknown])[] = [
  ['string', 'x'],
  ['number', 7],
  ['boolean', true],
  ['list', [{}]],
  ['object', { x: [] }],
];

const kindOf = (value: unknown): string =>
  Array.isArray(value) ? 'list' : typeof value === 'object' ? 'object' : typeof value;

/** Never right, whatever the kind of number: no field has parts of one, and none goes beyond 64 bits. */
const wrongNumbers: readonly unknown[] = [0.5, -(2 ** 70), 2 ** 70];

function wrongValues(value: unknown): readonly unknown[] {
  const kind = kindOf(value);
  const others = kinds.flatMap(([other, wrong]) => (other === kind ? [] : [wrong]));
  if (kind === 'number') return [...others, ...wrongNumbers];
  return kind === 'string' ? [...others, 'a\0b'] : others;
}

/** What is said of a config that is to be refused for a field. */
function refusal(config: unknown): string {
  try {
    parseSpec(config);
  } catch (error) {
    if (isBerthError(error, 'SPEC_INVALID')) return error.message;
    throw error;
  }
  return 'nothing: it was taken';
}

const fields = [...fieldsOf(wholeConfig)];

it('a config with every field of the specification is read', () => {
  expect(parseSpec(wholeConfig)).toMatchObject({ hostname: 'box' });
});

describe.each(fields.map(([path, value]) => [nameOf(path), path, value] as const))(
  '%s',
  (name, path, value) => {
    it('of another type, or beyond all ranges, is refused by its name', () => {
      for (const wrong of wrongValues(value)) {
        const said = refusal(withValue(path, wrong));
        // What is wrong with an item may be told of its list.
        expect(said, JSON.stringify(wrong)).toContain(`'${name}`);
      }
    });
  },
);

describe('a field that must be there', () => {
  it.each([
    ...['ociVersion', 'root', 'root.path', 'process', 'process.user', 'process.user.uid'],
    ...['process.user.gid', 'process.args', 'process.cwd', 'process.consoleSize.height'],
    ...['process.consoleSize.width', 'process.rlimits.0.type', 'process.rlimits.0.soft'],
    ...['process.rlimits.0.hard', 'process.scheduler.policy', 'process.ioPriority.class'],
    ...['mounts.0.destination', 'hooks.prestart.0.path', 'hooks.poststop.0.path'],
    ...['linux.namespaces.0.type', 'linux.uidMappings.0.containerID', 'linux.uidMappings.0.size'],
    ...['linux.gidMappings.0.hostID', 'linux.devices.0.path', 'linux.devices.0.type'],
    ...[
      'linux.personality.domain',
      'linux.seccomp.defaultAction',
      'linux.seccomp.syscalls.0.names',
    ],
    ...['linux.seccomp.syscalls.0.action', 'linux.seccomp.syscalls.0.args.0.index'],
    ...['linux.seccomp.syscalls.0.args.0.value', 'linux.seccomp.syscalls.0.args.0.op'],
    ...['linux.resources.devices.0.allow', 'linux.resources.pids.limit'],
    ...['linux.resources.network.priorities.0.name', 'linux.resources.hugepageLimits.0.pageSize'],
    ...['linux.resources.network.priorities.0.priority', 'linux.resources.hugepageLimits.0.limit'],
    ...['linux.resources.blockIO.throttleReadBpsDevice.0.rate'],
    ...['linux.resources.blockIO.weightDevice.0.major'],
  ])('is missed by its name: %s', (field) => {
    const path = field.split('.').map((key) => (/^\d+$/.test(key) ? Number(key) : key));
    expect(refusal(withValue(path, undefined))).toContain(`'${nameOf(path)}' is missing`);
  });
});

/** Of version 1.3 of the specification, and of other systems than Linux. */
const refused = {
  'linux.memoryPolicy': { mode: 'MPOL_BIND', nodes: '0' },
  'linux.netDevices': { eth0: { name: 'eth1' } },
  'linux.intelRdt.schemata': ['L3:0=f'],
  'linux.intelRdt.enableMonitoring': true,
  'process.commandLine': 'x',
  'process.user.username': 'x',
  freebsd: { jail: { host: 'inherit' } },
  solaris: { milestone: 'x' },
  vm: { kernel: { path: '/x' } },
  windows: { layerFolders: ['x'] },
  zos: { namespaces: [{ type: 'mount' }] },
};

it.each(Object.entries(refused))('%s is refused, not ignored', (field, value) => {
  const config = withValue(field.split('.'), value);
  expect(unsupportedFields(config)).toEqual([field]);
  expect(() => parseSpec(config)).toThrow(`'${field}'`);
});
