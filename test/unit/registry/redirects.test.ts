import { Readable } from 'node:stream';
import { expect, test } from 'vitest';

import { Redirects } from '../../../runtime/registry/redirects.ts';

const to = (
  location: string | undefined,
  status = 307,
): { status: number; headers: { location?: string }; body: Readable } => ({
  status,
  headers: location === undefined ? {} : { location },
  body: Readable.from([]),
});

const from = new URL('https://registry.test/v2/app/blobs/x');

test('lead on from where the last one led', () => {
  const redirects = new Redirects(from, 'verified');
  expect(redirects.next(to('https://storage.test/a/b'))?.href).toBe('https://storage.test/a/b');
  expect(redirects.next(to('c'))?.href).toBe('https://storage.test/a/c');
  expect(redirects.next(to(undefined, 200))).toBeUndefined();
});

test('do not lead from https to http, unless the registry needs no certificate', () => {
  const strict = new Redirects(from, 'verified');
  expect(() => strict.next(to('http://storage.test/a'))).toThrow(/from https to/);
  const open = new Redirects(from, 'none');
  expect(open.next(to('http://storage.test/a'))?.href).toBe('http://storage.test/a');
  const plain = new Redirects(new URL('http://registry.test/'), 'verified');
  expect(plain.next(to('http://storage.test/a'))?.href).toBe('http://storage.test/a');
});

test('of uploads are held to the same', () => {
  const redirects = new Redirects(from, 'verified');
  expect(redirects.locationOf(to('/v2/uploads/1', 202)).href).toBe(
    'https://registry.test/v2/uploads/1',
  );
  expect(() => redirects.locationOf(to('http://registry.test/v2/uploads/1', 202))).toThrow();
  expect(() => redirects.locationOf(to(undefined, 202))).toThrow(/to nowhere/);
});
