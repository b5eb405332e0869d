import { expect, it } from 'vitest';
import { withEnvironment } from '../../../runtime/launch/process/environment.ts';
import { parseSpec } from '../../../runtime/spec/parse-spec.ts';

function environment(env: readonly string[]): readonly string[] {
  const { process } = parseSpec({
    ociVersion: '1.2.1',
    process: { user: { uid: 0, gid: 0 }, args: ['true'], cwd: '/', env },
    root: { path: 'rootfs' },
  });
  return withEnvironment(process).env;
}

it.each([
  [
    ['A=1', 'B=', 'C=a=b'],
    ['A=1', 'B=', 'C=a=b'],
  ],
  [
    ['A=1', 'B=2', 'A=3', 'AA=4', 'A='],
    ['B=2', 'AA=4', 'A='],
  ],
  [[], []],
])('of %j are handed on %j: the last of each', (given, handedOn) => {
  expect(environment(given)).toEqual(handedOn);
});

it('what is no variable is refused by its number, and not repeated', () => {
  const refused = (): unknown => environment(['A=1', 'secret', '=secret']);
  expect(refused).toThrow(
    expect.objectContaining({
      code: 'SPEC_INVALID',
      message:
        'invalid environment variable: \'process.env[1]\' is missing "=", wanted "NAME=value"; ' +
        '\'process.env[2]\' is without a name, wanted "NAME=value"',
    }) as Error,
  );
});
