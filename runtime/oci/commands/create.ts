import { type OciCommand, oneContainer } from '../command.ts';
import { createContainer } from '../create-container.ts';
import { createOptions, createRequest } from '../create-options.ts';

/** `berth oci create`: makes a container up to its start (runtime.md, "Create"). */
export const createCommand: OciCommand = {
  options: createOptions,
  operands: oneContainer,
  failureStatus: 1,
  run: async (call) => {
    const request = await createRequest(call, { mode: 'detached' });
    const { stop } = await createContainer(call.context, request);
    await stop();
    return 0;
  },
};
