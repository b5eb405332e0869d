import { expect, test } from 'vitest';
import { difference } from './host-state.ts';

test('a difference names what came and what went, and nothing that stayed', () => {
  const before = { mounts: ['/', '/proc'], run: ['/run'] };
  const after = { mounts: ['/', '/x'], run: ['/run'] };
  expect(difference(before, after)).toEqual({ mounts: { gone: ['/proc'], added: ['/x'] } });
  expect(difference(before, before)).toEqual({});
});
