import { expect, test } from 'vitest';
import {
  nothingPlanned,
  type FeatureEnvironment,
  type UpFeature,
} from '../../../scripts/up/features/feature.ts';
import { planFeatures, requestOfFeatures } from '../../../scripts/up/features/plan-features.ts';
import { hostAt } from '../../../scripts/host/provision-host.ts';
import { processContext } from '../../../runtime/cli/context.ts';

const env: FeatureEnvironment = {
  host: hostAt('/nowhere'),
  context: { ...processContext(), signal: new AbortController().signal },
  tell: () => undefined,
};

/** A feature that makes a folder before the engine's steps and another one after them. */
function folders(name: string): UpFeature {
  const step = (path: string) =>
    ({ kind: 'make-folder', path, mode: 0o755, removes: 'empty' }) as const;
  return {
    name,
    define: () => undefined,
    request: (options) => (name in options ? { [name]: true } : {}),
    plan: (options) =>
      Promise.resolve(
        name in options
          ? {
              before: [step(`/${name}-before`)],
              after: [step(`/${name}-after`)],
              daemonConfig: { group: name },
              summary: [name],
            }
          : nothingPlanned,
      ),
  };
}

const features = [folders('one'), folders('two')];

test('what was not asked for plans nothing', async () => {
  expect(requestOfFeatures({}, features)).toEqual({});
  expect(await planFeatures({}, env, features)).toEqual({
    extras: { before: [], after: [], daemonConfig: {} },
    summary: [],
  });
});

test('steps come in the order of the table', async () => {
  const asked = { two: true, one: true };
  expect(requestOfFeatures(asked, features)).toEqual({ one: true, two: true });
  const { extras, summary } = await planFeatures(asked, env, features);
  expect(extras.before.map((step) => 'path' in step && step.path)).toEqual([
    '/one-before',
    '/two-before',
  ]);
  expect(extras.after.map((step) => 'path' in step && step.path)).toEqual([
    '/one-after',
    '/two-after',
  ]);
  expect(extras.daemonConfig).toEqual({ group: 'two' });
  expect(summary).toEqual(['one', 'two']);
});
