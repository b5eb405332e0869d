import { type OciCommand, oneContainer } from '../command.ts';
import { createOptions } from '../create-options.ts';
import { criuOptions, whyNoCriu } from '../criu.ts';

/** `berth oci restore`: says why it cannot be done. */
export const restoreCommand: OciCommand = {
  options: [
    ...createOptions,
    ...criuOptions,
    { name: 'detach', short: 'd', takes: 'flag', help: 'do not wait for its end' },
    { name: 'no-subreaper', takes: 'flag', help: 'adopt nobody' },
    { name: 'lsm-profile', takes: 'text', help: 'another AppArmor profile or SELinux label' },
    { name: 'lsm-mount-context', takes: 'text', help: 'another SELinux label of the mounts' },
  ],
  operands: oneContainer,
  failureStatus: 1,
  run: async ({ context }) => {
    throw await whyNoCriu(context.criu);
  },
};
