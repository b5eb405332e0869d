import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { describe, expect, it } from 'vitest';
import { useMachine } from './fixture.ts';

const machine = useMachine();

const domainname = (): string => readFileSync('/proc/sys/kernel/domainname', 'utf8').trim();

/**
 * A host or domain name without a UTS namespace of the container's own would be the host's from then on. The defence is
 * `refuseHostNames` (runtime/launch/own-namespace.ts). The names are those that the machine has, to do no harm without it.
 */
describe('the names of the host', () => {
  it.each([
    ['no UTS namespace', []],
    ["the host's UTS namespace", [{ type: 'uts', path: '/proc/self/ns/uts' } as const]],
  ])('are not set by a container with %s', async (_what, uts) => {
    const others = (['pid', 'mount', 'ipc', 'network', 'cgroup'] as const).map((type) => ({
      type,
    }));
    const request = machine().request(['true'], {
      hostname: hostname(),
      linux: { namespaces: [...others, ...uts] },
    });
    const spec = { ...request.spec, domainname: domainname() };
    await expect(machine().runtime.start({ ...request, spec })).rejects.toMatchObject({
      code: 'SPEC_INVALID',
      details: { problems: [{ field: 'hostname' }, { field: 'domainname' }] },
    });
  });
});
