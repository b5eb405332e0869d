import { readFile } from '../../host/files.ts';
import { currentArchitecture } from '../../syscall/architecture.ts';
import { type OciCommand, noOperands } from '../command.ts';
import { features } from '../features.ts';

/** `berth oci features`: what this runtime can do, for engines that want to know beforehand. */
export const featuresCommand: OciCommand = {
  options: [],
  operands: noOperands,
  failureStatus: 1,
  run: async ({ context }) => {
    const lastCapability = Number(await readFile('/proc/sys/kernel/cap_last_cap', 'utf8'));
    const { version } = context;
    const answer = features({ architecture: currentArchitecture(), lastCapability, version });
    context.print(`${JSON.stringify(answer, undefined, 4)}\n`);
    return 0;
  },
};
