import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import { useMachine } from './fixture.ts';

const machine = useMachine();

/**
 * A host or domain name without a UTS namespace of the container's own would be the host's from then on. The defences
 * are `fitNamespaces` (runtime/spec/namespace-rules.ts) and, for one that is joined, `refuseHostNames`
 * (runtime/launch/namespaces/own-namespace.ts). The name is the one that the machine has, to do no harm without them.
 */
describe('the names of the host', () => {
  it.each([
    ['no UTS namespace', []],
    ["the host's UTS namespace", [{ type: 'uts', path: '/proc/self/ns/uts' } as const]],
  ])('are not set by a container with %s', async (_what, uts) => {
    const others = (['pid', 'mount', 'ipc', 'network', 'cgroup'] as const).map((type) => ({
      type,
    }));
    const run = async (): Promise<unknown> =>
      machine().run(['true'], {
        hostname: hostname(),
        linux: { namespaces: [...others, ...uts] },
      });
    await expect(run()).rejects.toMatchObject({
      code: 'SPEC_INVALID',
      details: {
        problems: [{ field: 'hostname', wanted: expect.stringContaining('"uts"') as string }],
      },
    });
  });
});
