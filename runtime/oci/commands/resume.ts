import { isThawed, thaw } from '../../cgroup/freezer.ts';
import { type OciCommand, oneContainer } from '../command.ts';
import { freezerOf } from '../freezer.ts';
import { ContainerFolder } from '../state/container-folder.ts';
import { statusOf } from '../state/status.ts';
import type { StoredState } from '../state/stored-state.ts';
import { statusError } from '../status-error.ts';

/** `berth oci resume`: lets the processes of a paused container go on. */
export const resumeCommand: OciCommand = {
  options: [],
  operands: oneContainer,
  failureStatus: 1,
  run: async ({ context, operands: [id = ''] }) => {
    const folder = new ContainerFolder(context, id);
    const state = await folder.readState();
    const status = await statusOf(folder, state);
    if (status !== 'paused' && !(await isHalfStopped(state))) {
      throw statusError(id, status, 'container not paused');
    }
    await thaw(freezerOf(state));
    return 0;
  },
};

/** A process that does not stand still, such as one that waits for a disk, must not keep the others stopped. */
async function isHalfStopped({ cgroup: { freezer } }: StoredState): Promise<boolean> {
  return freezer !== undefined && !(await isThawed(freezer));
}
