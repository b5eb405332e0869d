import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { isBerthError } from '../../../runtime/errors/berth-error.ts';
import {
  canonicalName,
  familiarName,
  familiarRepository,
  lookupName,
  parseReference,
  parseTagTarget,
  repositoryOf,
  withDefaultTag,
} from '../../../runtime/image/reference.ts';
import type { Reference } from '../../../runtime/image/reference.ts';

const lower = 'abcdefghijklmnopqrstuvwxyz0123456789';
const word = (characters: string, maxLength = 8): fc.Arbitrary<string> =>
  fc.string({ unit: fc.constantFrom(...characters.split('')), minLength: 1, maxLength });

/** `[a-z0-9]+` joined by one dot, one or two underscores, or any number of dashes. */
const component = fc
  .tuple(
    word(lower),
    fc.array(fc.tuple(fc.constantFrom('.', '_', '__', '-', '---'), word(lower)), { maxLength: 2 }),
  )
  .map(([first, rest]) => first + rest.map((pair) => pair.join('')).join(''));
// A first part with a dot is read as a host, by Docker too.
const path = fc
  .array(component, { minLength: 1, maxLength: 4 })
  .map(([first = '', ...rest]) => [first.replaceAll('.', '-'), ...rest].join('/'));
const hostLabel = fc
  .tuple(word(`${lower}ABCXYZ`), word(`${lower}-`, 5), word(`${lower}ABCXYZ`))
  .map((parts) => parts.join(''));
const port = fc.integer({ min: 0, max: 99_999 }).map((number) => `:${number}`);
const host = fc.oneof(
  fc.constantFrom('docker.io', 'index.docker.io', 'localhost', '127.0.0.1', '[::1]', '[fd00::a:1]'),
  fc.array(hostLabel, { minLength: 2, maxLength: 3 }).map((labels) => labels.join('.')),
);
const domain = fc.tuple(host, fc.option(port, { nil: '' })).map((parts) => parts.join(''));
const tag = fc
  .tuple(word(`${lower}ABC_`, 1), fc.option(word(`${lower}ABC_.-`, 20), { nil: '' }))
  .map((parts) => parts.join(''));
const digest = word('0123456789abcdef', 64).map((hex) => `sha256:${hex.padStart(64, '0')}`);

/** Names as people and programs write them; what is left out is to be filled in. */
const written = fc
  .record({
    domain: fc.option(domain, { nil: undefined }),
    path,
    tag: fc.option(tag, { nil: undefined }),
    digest: fc.option(digest, { nil: undefined }),
  })
  .map((parts) =>
    [
      parts.domain === undefined ? '' : `${parts.domain}/`,
      parts.path,
      parts.tag === undefined ? '' : `:${parts.tag}`,
      parts.digest === undefined ? '' : `@${parts.digest}`,
    ].join(''),
  );

const same = (a: Reference, b: Reference): void => {
  expect({ ...a }).toEqual({ ...b });
};

describe('references', () => {
  test('every name of the grammar is taken, and has the parts that were written', () => {
    fc.assert(
      fc.property(written, (text) => {
        const reference = parseReference(text);
        expect(
          text.endsWith(
            `${reference.tag === undefined ? '' : `:${reference.tag}`}${reference.digest === undefined ? '' : `@${reference.digest}`}`,
          ),
        ).toBe(true);
        expect(reference.domain).not.toBe('index.docker.io');
      }),
    );
  });

  test('parse(format(x)) is x, in full and as people write it', () => {
    fc.assert(
      fc.property(written, (text) => {
        const reference = parseReference(text);
        same(parseReference(canonicalName(reference)), reference);
        same(parseReference(familiarName(reference)), reference);
      }),
    );
  });

  test('normalising twice changes no more than once', () => {
    fc.assert(
      fc.property(written, (text) => {
        const once = canonicalName(parseReference(text));
        expect(canonicalName(parseReference(once))).toBe(once);
        const familiar = familiarName(parseReference(text));
        expect(familiarName(parseReference(familiar))).toBe(familiar);
        expect(familiarName(parseReference(once))).toBe(familiar);
        const tagged = withDefaultTag(parseReference(text));
        same(withDefaultTag(tagged), tagged);
      }),
    );
  });

  test('names that Docker takes for the same are the same', () => {
    fc.assert(
      fc.property(component, tag, (name, label) => {
        const forms = [
          name,
          `library/${name}`,
          `docker.io/${name}`,
          `docker.io/library/${name}`,
          `index.docker.io/${name}`,
          `index.docker.io/library/${name}`,
        ];
        for (const form of forms) {
          const reference = parseReference(`${form}:${label}`);
          expect(repositoryOf(reference)).toBe(`docker.io/library/${name}`);
          expect(familiarRepository(reference)).toBe(name);
        }
      }),
    );
  });

  test('looking up goes by the digest when there is one, by a tag else', () => {
    fc.assert(
      fc.property(written, (text) => {
        const { tag: found, digest: by } = lookupName(text);
        expect([found, by].filter((part) => part !== undefined)).toHaveLength(1);
      }),
    );
  });

  test('a tag that is given apart counts more than one in the name', () => {
    fc.assert(
      fc.property(path, tag, tag, (name, within, apart) => {
        fc.pre(familiarRepository(parseReference(name)) !== 'sha256');
        expect(parseTagTarget(`${name}:${within}`, apart).tag).toBe(apart);
        expect(parseTagTarget(`${name}:${within}`, '').tag).toBe(within);
        expect(parseTagTarget(name, '').tag).toBe('latest');
      }),
    );
  });

  // Most of these are no names; none may get through as something else, or crash.
  test.each([
    ['any text', fc.string({ maxLength: 80, unit: 'binary' })],
    ['text of the characters of names', word(`${lower}AZ:/@[]._-%`, 40)],
    [
      'a name with something wrong in it',
      fc
        .tuple(
          written,
          fc.nat(),
          fc.constantFrom('', ' ', 'A', '/', ':', '@', '..', '\0', '-', '_', 'é'),
        )
        .map(([text, at, put]) => {
          const index = at % (text.length + 1);
          return text.slice(0, index) + put + text.slice(index + 1);
        }),
    ],
  ])('%s is a reference that stays one, or REFERENCE_INVALID', (_, texts) => {
    fc.assert(
      fc.property(texts, (text) => {
        let reference;
        try {
          reference = parseReference(text);
        } catch (error) {
          expect(isBerthError(error, 'REFERENCE_INVALID'), String(error)).toBe(true);
          return;
        }
        same(parseReference(canonicalName(reference)), reference);
        expect(canonicalName(reference)).toMatch(/^[\x21-\x7e]+$/);
        expect(reference.path).toBe(reference.path.toLowerCase());
      }),
      { numRuns: 500 },
    );
  });

  test('a long name is refused in no time', () => {
    for (const text of ['a-'.repeat(100_000), `${'a.'.repeat(100_000)}/b`, 'a/'.repeat(100_000)]) {
      expect(() => parseReference(`${text}!`)).toThrow(/invalid reference format/);
    }
  });
});
