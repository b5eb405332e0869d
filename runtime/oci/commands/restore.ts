import { requireCriu } from '../../launch/criu/run-criu.ts';
import type { OciCall, OciCommand } from '../command.ts';
import { oneContainer } from '../command.ts';
import { createOptions, createRequest } from '../create-options.ts';
import { criuOptions, criuRequest, notSupported } from '../criu/criu-options.ts';
import { restoreContainer, type RestoreRequest } from '../criu/restore-container.ts';
import { forwardSignals } from '../forward-signals.ts';
import { removeContainer } from '../remove-container.ts';

/** `berth oci restore`: makes a container from the images of a checkpoint, and goes on with it. */
export const restoreCommand: OciCommand = {
  options: [
    ...createOptions,
    ...criuOptions,
    { name: 'detach', short: 'd', takes: 'flag', help: 'do not wait for its end' },
    { name: 'no-subreaper', takes: 'flag', help: 'taken for the sake of engines' },
    { name: 'lsm-profile', takes: 'text', help: 'another AppArmor profile or SELinux label' },
    { name: 'lsm-mount-context', takes: 'text', help: 'another SELinux label of the mounts' },
  ],
  operands: oneContainer,
  failureStatus: 1,
  run: async (call) => {
    const { context, options } = call;
    if (options.flag('no-pivot')) throw notSupported('no-pivot', 'CRIU uses pivot_root(2)');
    if ((options.text('pidfd-socket') ?? '') !== '')
      throw notSupported('pidfd-socket', 'CRIU makes the process, and hands none over');
    const images = criuRequest(call);
    await requireCriu(context.criu);
    const mode = options.flag('detach') ? 'detached' : 'foreground';
    const request = { ...(await createRequest(call, { mode })), images };
    if (request.notifySocket !== undefined)
      context.log.warn('NOTIFY_SOCKET is left out: what is restored was ready before.');
    if (request.preserveFds > 0) {
      throw notSupported('preserve-fds', 'descriptors are those of the images');
    }
    return mode === 'detached' ? detached(call, request) : inForeground(call, request);
  },
};

async function detached({ context }: OciCall, request: RestoreRequest): Promise<number> {
  const { stop } = await restoreContainer(context, request);
  await stop();
  return 0;
}

async function inForeground({ context }: OciCall, request: RestoreRequest): Promise<number> {
  const signals = forwardSignals();
  try {
    const { state, pid, exitStatus, stop } = await restoreContainer(context, request);
    try {
      signals.sendTo({ pid, waiter: undefined });
      return (await exitStatus) ?? 1;
    } finally {
      await removeContainer(request.folder, state, context.log);
      await stop();
    }
  } finally {
    signals.stop();
  }
}
