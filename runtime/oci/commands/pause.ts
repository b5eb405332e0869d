import { freeze } from '../../cgroup/freezer.ts';
import { type OciCommand, oneContainer } from '../command.ts';
import { freezerOf } from '../freezer.ts';
import { ContainerFolder } from '../state/container-folder.ts';
import { statusOf } from '../state/status.ts';
import { statusError } from '../status-error.ts';

/** `berth oci pause`: stops all processes of a container where they are. */
export const pauseCommand: OciCommand = {
  options: [],
  operands: oneContainer,
  failureStatus: 1,
  run: async ({ context, operands: [id = ''] }) => {
    const folder = new ContainerFolder(context, id);
    const state = await folder.readState();
    const status = await statusOf(folder, state);
    if (status !== 'running' && status !== 'created') {
      throw statusError(id, status, 'container not running or created');
    }
    await freeze(freezerOf(state));
    return 0;
  },
};
