import { type OciCommand, oneContainer } from '../command.ts';
import { ContainerFolder } from '../state/container-folder.ts';
import { shownState } from '../state/shown-state.ts';

/** `berth oci state`: the state of one container (runtime.md, "State"). */
export const stateCommand: OciCommand = {
  options: [],
  operands: oneContainer,
  failureStatus: 1,
  run: async ({ context, operands: [id = ''] }) => {
    const folder = new ContainerFolder(context, id);
    const state = await shownState(folder);
    if (state === undefined) throw folder.missing('it is still being made');
    context.print(`${JSON.stringify(state, undefined, 2)}\n`);
    return 0;
  },
};
