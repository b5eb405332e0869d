import type { OciCall, OciCommand } from '../command.ts';
import { oneContainer } from '../command.ts';
import { createContainer, type CreateRequest } from '../create-container.ts';
import { createOptions, createRequest } from '../create-options.ts';
import { forwardSignals } from '../forward-signals.ts';
import type { OciLog } from '../log.ts';
import type { ForwardedReady } from '../notify/forward-ready.ts';
import { removeContainer } from '../remove-container.ts';
import { runPoststart, startContainer } from '../start-container.ts';

/** `berth oci run`: create and start; without --detach also wait, give the container's status and remove it. */
export const runCommand: OciCommand = {
  options: [
    ...createOptions,
    { name: 'detach', short: 'd', takes: 'flag', help: 'do not wait for its end' },
    { name: 'keep', takes: 'flag', help: 'keep state and cgroups after its end' },
    {
      name: 'no-subreaper',
      takes: 'flag',
      help: 'taken for the sake of engines: berth adopts nobody anyway',
    },
  ],
  operands: oneContainer,
  failureStatus: 1,
  run: async (call) => {
    const mode = call.options.flag('detach') ? 'detached' : 'foreground';
    const request = await createRequest(call, { mode });
    return mode === 'detached' ? runDetached(call, request) : runInForeground(call, request);
  },
};

async function runDetached({ context }: OciCall, request: CreateRequest): Promise<number> {
  const { state, stop } = await createContainer(context, request);
  try {
    const { pid } = state.process;
    const notified = await listenForReady(request, { pid, mainPid: pid }, context.log);
    try {
      await startContainer(request.folder, state, context.log);
      await runPoststart(request.folder, state);
      await notified?.done;
    } finally {
      await notified?.stop();
    }
  } catch (error) {
    await removeContainer(request.folder, state, context.log);
    throw error;
  } finally {
    await stop();
  }
  return 0;
}

async function runInForeground(
  { context, options }: OciCall,
  request: CreateRequest,
): Promise<number> {
  // From the first moment on: a signal that comes while it is made is for the container as well.
  const signals = forwardSignals();
  try {
    const { created, state, stop } = await createContainer(context, request);
    let keep = false;
    let notified: ForwardedReady | undefined;
    try {
      signals.sendTo({ pid: created.pid, waiter: created.waiter?.pid });
      const mainPid = process.pid;
      notified = await listenForReady(request, { pid: created.pid, mainPid }, context.log);
      await startContainer(request.folder, state, context.log);
      await runPoststart(request.folder, state);
      keep = options.flag('keep');
      const status = (await created.waiter?.exitStatus) ?? 1;
      // What it has said last.
      await notified?.done;
      return status;
    } finally {
      await notified?.stop();
      if (!keep) await removeContainer(request.folder, state, context.log);
      await stop();
    }
  } finally {
    signals.stop();
  }
}

/** For a service manager that waits for the container, if one does. */
async function listenForReady(
  { notifySocket: host, folder }: CreateRequest,
  pids: { readonly pid: number; readonly mainPid: number },
  log: OciLog,
): Promise<ForwardedReady | undefined> {
  if (host === undefined) return undefined;
  const { forwardReady } = await import('../notify/forward-ready.ts');
  return forwardReady({ host, folder, ...pids }, log);
}
