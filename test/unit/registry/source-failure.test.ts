import { expect, test } from 'vitest';

import { contentMismatch } from '../../../runtime/image/content-error.ts';
import { registryError } from '../../../runtime/registry/registry-error.ts';
import { failureKind } from '../../../runtime/registry/source-failure.ts';

const mismatch = (cause?: unknown): Error =>
  registryError('REGISTRY_DIGEST_MISMATCH', 'it delivered something else', cause);

test.each([
  ['a digest that it announced itself', mismatch(), 'wrong'],
  ['another digest', mismatch(contentMismatch('the digest', 'sha256:a', 'sha256:b')), 'wrong'],
  // The manifest says how long a blob is, and its author need not be honest.
  ['another size', mismatch(contentMismatch('a size of', 7, 5)), 'absent'],
  ['a longer one', mismatch(contentMismatch('a size of at least', 7, 5)), 'absent'],
])('%s: %s', (_what, error, kind) => {
  expect(failureKind(error)).toBe(kind);
});
