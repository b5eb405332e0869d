import { describe, expect, it } from 'vitest';
import { defaultCapabilities } from '../../../runtime/launch/process/capabilities.ts';
import { useMachine } from './fixture.ts';

const machine = useMachine();

/** Every capability that has to do with devices, memory and input and output. */
const strong = [
  ...defaultCapabilities,
  ...(['CAP_DAC_OVERRIDE', 'CAP_SYS_RAWIO', 'CAP_SYS_ADMIN'] as const),
];

/**
 * Root of a container may make any node (CAP_MKNOD), and with it open the host's memory, disk or kernel log. The defence is the
 * device cgroup: `deviceAllowList` in runtime/cgroup/device-rules.ts. When it allows at first the test is red.
 */
describe('a node that a container makes', () => {
  it.each([
    ['the memory', 'c 1 1'],
    ['the ports', 'c 1 4'],
    ['a loop device', 'b 7 0'],
    ['device mapper', 'c 10 236'],
    ['fuse', 'c 10 229'],
  ])('of %s cannot be opened', async (_what, numbers) => {
    const script = `mknod /tmp/node ${numbers} && head -c 1 /tmp/node`;
    const capabilities = { bounding: strong, effective: strong, permitted: strong };
    const change = {
      linux: { resources: { devices: [{ allow: false }] } },
      process: { capabilities },
    };
    const { stderr, exit } = await machine().run(['sh', '-c', script], change);
    expect(stderr).toBe('head: /tmp/node: Operation not permitted\n');
    expect(exit.exitCode).not.toBe(0);
  });
});
