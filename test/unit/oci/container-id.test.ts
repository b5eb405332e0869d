import { describe, expect, test } from 'vitest';
import { checkContainerId } from '../../../runtime/oci/state/container-id.ts';

describe('a container id', () => {
  test.each(['a', 'A_b-c+d.9', '.hidden', '-x', 'x'.repeat(240)])('may be "%s"', (id) => {
    expect(checkContainerId(id)).toBe(id);
  });

  test.each(['', '.', '..', 'a/b', '../x', 'a b', 'a~', 'ä', 'a\n', 'a\0', 'x'.repeat(241)])(
    'may not be %j',
    (id) => {
      expect(() => checkContainerId(id)).toThrow(
        expect.objectContaining({ code: 'OCI_ID_INVALID' }),
      );
    },
  );

  test('that is too long is said to be, and not repeated', () => {
    expect(() => checkContainerId('x'.repeat(2000))).toThrow(
      /^invalid container ID format: it has 2000 characters, wanted at most 240$/,
    );
  });
});
