import { describe, expect, it } from 'vitest';
import { isBerthError } from '../../../runtime/errors/berth-error.ts';
import { hookKinds } from '../../../runtime/spec/hook-kinds.ts';
import type { Hooks } from '../../../runtime/spec/hooks.ts';
import { parseSpec } from '../../../runtime/spec/parse-spec.ts';

function parse(hooks: unknown): Hooks {
  return parseSpec({
    ociVersion: '1.2.1',
    process: { user: { uid: 0, gid: 0 }, args: ['/hello'], cwd: '/' },
    root: { path: 'rootfs' },
    hooks,
  }).hooks;
}

function refusal(hooks: unknown): string {
  try {
    parse(hooks);
  } catch (error) {
    if (isBerthError(error, 'SPEC_INVALID')) return error.message;
    throw error;
  }
  throw new Error('parseSpec accepted what it should refuse');
}

describe('hooks', () => {
  it.each([undefined, null, {}, { poststop: null, prestart: [] }])(
    'are six empty lists: %j',
    (hooks) => {
      expect(parse(hooks)).toEqual(Object.fromEntries(hookKinds.map((kind) => [kind, []])));
    },
  );

  it.each(hookKinds)('of %s are kept as they are', (kind) => {
    const hook = { path: '/a', args: ['a', ''], env: ['A=', 'B'], timeout: 1 };
    expect(parse({ [kind]: [hook, { path: '/b' }] })[kind]).toEqual([
      hook,
      { path: '/b', args: [] },
    ]);
  });

  it('tell an empty environment from one that is absent', () => {
    const [none, empty] = parse({ poststart: [{ path: '/a' }, { path: '/a', env: [] }] }).poststart;
    expect([none?.env, empty?.env]).toEqual([undefined, []]);
  });

  it.each([
    [{ prestart: {} }, "'hooks.prestart' is {}, wanted a list"],
    [{ prestart: ['/bin/true'] }, `'hooks.prestart[0]' is "/bin/true", wanted an object`],
    [{ prestart: [{}] }, "'hooks.prestart[0].path' is missing, wanted a string"],
    [
      { poststop: [{ path: '/a' }, { path: 'bin/true' }] },
      `'hooks.poststop[1].path' is "bin/true", wanted an absolute path`,
    ],
    [{ createRuntime: [{ path: '' }] }, `'hooks.createRuntime[0].path' is "", wanted an absolute`],
    [{ poststart: [{ path: '/a\0b' }] }, 'wanted a string without NUL bytes'],
    [
      { createContainer: [{ path: '/a', args: 'a' }] },
      `'hooks.createContainer[0].args' is "a", wanted a list`,
    ],
    [
      { startContainer: [{ path: '/a', args: [1] }] },
      "'hooks.startContainer[0].args[0]' is 1, wanted a string",
    ],
    [{ poststart: [{ path: '/a', env: { A: 'b' } }] }, "'hooks.poststart[0].env' is {"],
    [{ poststart: [{ path: '/a', env: [''] }] }, `'hooks.poststart[0].env[0]' is "", wanted`],
    ...[0, -1, 1.5, 2 ** 31, '5'].map((timeout): [unknown, string] => [
      { prestart: [{ path: '/a', timeout }] },
      `'hooks.prestart[0].timeout' is ${JSON.stringify(timeout)}, wanted a whole number from 1 to 2147483647`,
    ]),
    [[], "'hooks' is [], wanted an object"],
  ])('%j is refused', (hooks, message) => {
    expect(refusal(hooks)).toContain(message);
  });
});
