import fc from 'fast-check';

import type { FuzzedRoute } from './fuzzed-routes.ts';
import { fromSchema } from './from-schema.ts';

/** Stands for the id of an exec that was not started yet. */
export const anExec = 'an-exec';

/** A request as it goes out. */
export interface FuzzedRequest {
  readonly method: string;
  /** With version and query. */
  readonly target: string;
  readonly contentType: string | undefined;
  readonly body: Buffer | undefined;
  /** Whether the client goes away in the middle of the body. */
  readonly sent: 'whole' | 'half';
}

/** Where a string of a body may stand for something. Absolute paths are there already: a bind makes those that are not. */
const words = [
  ...[
    '',
    'x',
    'bb',
    'live',
    'still',
    'a:b',
    'a=b',
    '/',
    '/etc',
    '/etc:/y',
    '/etc:/y:odd',
    '0',
    '-1',
    '1g',
  ],
  ...[
    '9'.repeat(30),
    'ü\u0000',
    '\ud800',
    '../..',
    'NONE',
    'none',
    'host',
    'private',
    'container:x',
  ],
  ...[
    'x'.repeat(5000),
    '__proto__',
    'constructor',
    'nofile',
    'local',
    'TERM',
    '80/tcp',
    'ALL',
    '/dev/null',
  ],
  ...[
    'a *:* rwm',
    'no-new-privileges',
    'seccomp={',
    'rw,size=1k',
    'on-failure',
    '127.0.0.1',
    '0-1',
    '\n',
  ],
];

/** Something of another type, or of a size that nobody expects. */
const odd: fc.Arbitrary<unknown> = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  fc.constantFrom<unknown>('x', -1, 1e300, 0.5, true, null, [], {}, [[]], [null], { a: null }),
);

/** Puts something else in the place of one field, at any depth. */
function spoiled(value: unknown): fc.Arbitrary<unknown> {
  if (typeof value !== 'object' || value === null || Object.keys(value).length === 0) return odd;
  const keys = Object.keys(value);
  return fc.constantFrom(...keys).chain((key) => {
    const field = (value as Readonly<Record<string, unknown>>)[key];
    const other = fc.oneof(odd, spoiled(field));
    return other.map((made) =>
      Array.isArray(value)
        ? value.map((item: unknown, at) => (String(at) === key ? made : item))
        : { ...value, [key]: made },
    );
  });
}

const junk = fc.oneof(
  fc.constantFrom('', 'null', '[]', '"x"', '0', '{', '{"a":', '\u0000', '{"Image":"bb"}x'),
  fc.constant('['.repeat(20_000)),
  fc.constant(`{"HostConfig":${'{"a":'.repeat(2000)}1${'}'.repeat(2000)}}`),
  fc.string(),
);

function bodyOf({ body, base = {}, fixed = {} }: FuzzedRoute): fc.Arbitrary<Buffer | undefined> {
  const bytes = fc.uint8Array({ maxLength: 2048 }).map((array) => Buffer.from(array));
  if (body === undefined) return fc.oneof(fc.constant(undefined), bytes);
  if (body === 'archive') return fc.oneof(bytes, fc.constant(Buffer.alloc(10_240)));
  const valid = fromSchema(body, { words, fixed });
  const json = (arbitrary: fc.Arbitrary<unknown>): fc.Arbitrary<Buffer> =>
    arbitrary.map((value) => Buffer.from(JSON.stringify(value)));
  const good = valid.map((value) => ({ ...(Object(value) as object), ...base }));
  return fc.oneof(
    { weight: 8, arbitrary: json(good) },
    { weight: 2, arbitrary: json(good.chain(spoiled)) },
    { weight: 1, arbitrary: json(valid) },
    {
      weight: 1,
      arbitrary: json(good).chain((whole) =>
        fc.nat({ max: whole.length }).map((length) => whole.subarray(0, length)),
      ),
    },
    { weight: 1, arbitrary: junk.map((text) => Buffer.from(text)) },
    { weight: 1, arbitrary: fc.constant(undefined) },
  );
}

function queryOf({ query = {} }: FuzzedRoute): fc.Arbitrary<string> {
  const pairs = [...Object.entries(query), ['odd', ['1']] as const].map(([key, values]) =>
    fc.tuple(fc.constant(key), fc.constantFrom(...values)),
  );
  return fc
    .shuffledSubarray(pairs, { maxLength: Math.min(4, pairs.length) })
    .chain((some) => fc.tuple(...some))
    .map((entries) => new URLSearchParams(entries.map(([key, value]) => [key, value])).toString());
}

const mostlyWhole = fc.oneof(
  { weight: 10, arbitrary: fc.constant('whole' as const) },
  { weight: 1, arbitrary: fc.constant('half' as const) },
);

const contentTypes = [
  'text/plain',
  '',
  'application/json; charset=utf-8',
  'application/x-tar',
  'é',
];

/** What is there of each kind: `FuzzedWorld` makes it. */
const there: Readonly<Record<string, readonly string[]>> = {
  containers: ['live', 'still'],
  images: ['bb'],
  exec: [anExec],
  volumes: ['vol'],
};

/** What is nowhere. Registries are not asked for anything: see `FuzzedWorld`. */
const nowhere = [
  ...['nosuch', '/live', ' ', '..', 'a/b', 'x'.repeat(300), 'ü', '\u0000', 'sha256:', '%', 'UPPER'],
];

/** Requests of a route. */
export function fuzzedRequest([key, route]: readonly [
  string,
  FuzzedRoute,
]): fc.Arbitrary<FuzzedRequest> {
  const [method = '', path = ''] = key.split(' ');
  const known = there[path.split('/')[1] ?? ''] ?? nowhere;
  return fc
    .record({
      version: fc.constantFrom('', '', '/v1.24', '/v1.41', '/v1.51'),
      name: fc.oneof(
        { weight: 3, arbitrary: fc.constantFrom(...known) },
        { weight: 1, arbitrary: fc.constantFrom(...nowhere) },
      ),
      query: queryOf(route),
      contentType: fc.oneof(
        { weight: 20, arbitrary: fc.constant('application/json') },
        { weight: 1, arbitrary: fc.constantFrom(undefined, ...contentTypes) },
      ),
      body: bodyOf(route),
      // What reads no body would act all the same, nobody knows when.
      sent: route.body === undefined ? fc.constant('whole' as const) : mostlyWhole,
    })
    .map(({ version, name, query, ...rest }) => ({
      ...rest,
      method,
      target: `${version}${path.replace(':name', () => encodeURIComponent(name))}?${query}`,
    }));
}
