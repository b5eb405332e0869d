import { type OciCommand, oneContainer } from '../command.ts';
import { startContainer } from '../start-container.ts';
import { ContainerFolder } from '../state/container-folder.ts';

/** `berth oci start`: executes the program of a container that was created (runtime.md, "Start"). */
export const startCommand: OciCommand = {
  options: [],
  operands: oneContainer,
  failureStatus: 1,
  run: async ({ context, operands: [id = ''] }) => {
    const folder = new ContainerFolder(context, id);
    await startContainer(folder, await folder.readState());
    return 0;
  },
};
