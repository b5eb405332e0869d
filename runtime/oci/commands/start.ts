import { type OciCommand, oneContainer } from '../command.ts';
import type { OciLog } from '../log.ts';
import type { ForwardedReady } from '../notify/forward-ready.ts';
import { removeContainer } from '../remove-container.ts';
import { refuseUnlessCreated, runPoststart, startContainer } from '../start-container.ts';
import { ContainerFolder } from '../state/container-folder.ts';
import type { StoredState } from '../state/stored-state.ts';

/** `berth oci start`: executes the program of a container that was created (runtime.md, "Start"). */
export const startCommand: OciCommand = {
  options: [],
  operands: oneContainer,
  failureStatus: 1,
  run: async ({ context, operands: [id = ''] }) => {
    const folder = new ContainerFolder(context, id);
    const state = await folder.readState();
    const notified = await listenForReady(folder, state, context.log);
    try {
      await startContainer(folder, state, context.log);
      try {
        await runPoststart(folder, state);
      } catch (error) {
        await removeContainer(folder, state, context.log);
        throw error;
      }
      await notified?.done;
    } finally {
      await notified?.stop();
    }
    return 0;
  },
};

/** For a service manager that waits for the container; nothing of it is loaded where none does. */
async function listenForReady(
  folder: ContainerFolder,
  state: StoredState,
  log: OciLog,
): Promise<ForwardedReady | undefined> {
  if ((process.env['NOTIFY_SOCKET'] ?? '') === '') return undefined;
  const { hostNotifySocket } = await import('../notify/notify-socket.ts');
  const host = hostNotifySocket(log);
  if (host === undefined) return undefined;
  await refuseUnlessCreated(folder, state);
  const { forwardReady } = await import('../notify/forward-ready.ts');
  const { pid } = state.process;
  return forwardReady({ host, folder, pid, mainPid: pid }, log);
}
