import { describe, expect, test } from 'vitest';
import { applyInOrder } from '../../../../scripts/apply/apply-in-order.ts';
import type { Step } from '../../../../scripts/steps/index.ts';

interface At {
  readonly step: Step;
  readonly name: string;
}

const folder = (name: string): At => ({
  name,
  step: { kind: 'make-folder', path: `/${name}`, mode: 0o755, removes: 'empty' },
});
const packages = (name: string, beside: 'beside' | 'in-order' = 'in-order'): At => ({
  name,
  step: { kind: 'package', names: [name], ...(beside === 'beside' ? { beside: true } : {}) },
});

/** Applies steps that end when they are told to; `log` has what began and ended. */
function start(steps: readonly At[], signal?: AbortSignal) {
  const log: string[] = [];
  const ends = new Map<string, PromiseWithResolvers<undefined>>();
  const failed = applyInOrder(steps, {
    signal,
    onWait: ({ name }) => log.push(`?${name}`),
    apply: async ({ name }, either) => {
      log.push(`+${name}`);
      const end = Promise.withResolvers<undefined>();
      ends.set(name, end);
      either.addEventListener('abort', () => log.push(`!${name}`));
      await end.promise;
      log.push(`-${name}`);
    },
  });
  const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
  return {
    log,
    failed,
    end: async (name: string): Promise<void> => {
      await settle();
      ends.get(name)?.resolve(undefined);
      await settle();
    },
    fail: async (name: string): Promise<void> => {
      await settle();
      ends.get(name)?.reject(new Error(`${name} failed`));
      await settle();
    },
  };
}

describe('applyInOrder', () => {
  test('applies one after the other', async () => {
    const { log, failed, end } = start([folder('a'), folder('b')]);
    await end('a');
    await end('b');
    expect(await failed).toBeUndefined();
    expect(log).toEqual(['+a', '-a', '+b', '-b']);
  });

  test('goes on beside packages that nothing needs yet, and ends with them', async () => {
    const { log, failed, end } = start([packages('nft', 'beside'), folder('a'), folder('b')]);
    await end('a');
    await end('b');
    expect(log).toEqual(['+nft', '+a', '-a', '+b', '-b', '?nft']);
    await end('nft');
    expect(await failed).toBeUndefined();
  });

  test('lets no two package managers meet', async () => {
    const { log, failed, end } = start([packages('nft', 'beside'), packages('p'), folder('a')]);
    await end('nft');
    await end('p');
    await end('a');
    expect(await failed).toBeUndefined();
    expect(log).toEqual(['+nft', '?nft', '-nft', '+p', '-p', '+a', '-a']);
  });

  test('what fails beside ends the step under way, and none is begun', async () => {
    const { log, failed, end, fail } = start([packages('nft', 'beside'), folder('a'), folder('b')]);
    await fail('nft');
    await end('a');
    expect(await failed).toMatchObject({ at: { name: 'nft' }, error: { message: 'nft failed' } });
    expect(log).toEqual(['+nft', '+a', '!nft', '!a', '-a']);
  });

  test('waits for what is beside when another step fails, and says the first failure', async () => {
    const { log, failed, fail } = start([packages('nft', 'beside'), folder('a'), folder('b')]);
    await fail('a');
    expect(log).toEqual(['+nft', '+a', '!nft', '!a', '?nft']);
    await fail('nft');
    expect(await failed).toMatchObject({ at: { name: 'a' } });
  });

  test('says why it was ended rather than how a step complained of that', async () => {
    const control = new AbortController();
    const { log, failed, end, fail } = start(
      [packages('nft', 'beside'), folder('a'), folder('b')],
      control.signal,
    );
    control.abort(new Error('Ctrl-C'));
    await fail('a');
    await end('nft');
    expect(await failed).toMatchObject({ error: { message: 'Ctrl-C' } });
    expect(log).not.toContain('+b');
  });
});
