import { isIP } from '../../host/ip-address.ts';
import { requireCriu } from '../../launch/criu/run-criu.ts';
import type { OciCall, OciCommand } from '../command.ts';
import { oneContainer } from '../command.ts';
import type { CheckpointRequest } from '../criu/checkpoint-container.ts';
import { checkpointContainer } from '../criu/checkpoint-container.ts';
import { criuOptions, criuRequest, notSupported } from '../criu/criu-options.ts';
import { usage } from '../options.ts';
import { removeContainer } from '../remove-container.ts';
import { ContainerFolder } from '../state/container-folder.ts';
import { statusOf } from '../state/status.ts';
import { statusError } from '../status-error.ts';

/** `berth oci checkpoint`: writes a container into images, and removes it unless it is to go on. */
export const checkpointCommand: OciCommand = {
  options: [
    ...criuOptions,
    {
      name: 'parent-path',
      takes: 'text',
      help: 'images of an earlier --pre-dump, from those of this one',
    },
    { name: 'leave-running', takes: 'flag', help: 'let the container go on' },
    {
      name: 'tcp-skip-in-flight',
      takes: 'flag',
      help: 'without TCP connections that are not open',
    },
    { name: 'link-remap', takes: 'flag', help: 'with files that have no name any more' },
    {
      name: 'status-fd',
      takes: 'text',
      help: 'descriptor that is told when pages can be asked for (not supported)',
    },
    { name: 'page-server', takes: 'text', help: 'address and port that memory is sent to' },
    { name: 'pre-dump', takes: 'flag', help: 'memory only, and let the container go on' },
  ],
  operands: oneContainer,
  failureStatus: 1,
  run: async (call) => {
    const { context, operands } = call;
    const folder = new ContainerFolder(context, operands[0] ?? '');
    const state = await folder.readState();
    const request = checkpointRequest(call);
    await requireCriu(context.criu);
    const status = await statusOf(folder, state);
    if (status !== 'running' && status !== 'paused') {
      const message = `Container cannot be checkpointed in ${status} state`;
      throw statusError(folder.id, status, message);
    }
    await checkpointContainer(folder, state, request);
    // As runc has it: `restore` makes it anew.
    const goesOn = request.action === 'pre-dump' || request.own.includes('--leave-running');
    if (!goesOn) await removeContainer(folder, state, context.log);
    return 0;
  },
};

function checkpointRequest(call: OciCall): CheckpointRequest {
  const { options, context } = call;
  if ((options.text('status-fd') ?? '') !== '') {
    throw notSupported('status-fd', 'it is for --lazy-pages');
  }
  const preDump = options.flag('pre-dump');
  const parent = options.text('parent-path') ?? '';
  if (parent.startsWith('/')) {
    throw usage(`--parent-path "${parent}" must be relative to the folder of the images`);
  }
  return {
    ...criuRequest(call),
    criu: context.criu,
    action: preDump ? 'pre-dump' : 'dump',
    own: [
      ...(options.flag('leave-running') && !preDump ? ['--leave-running'] : []),
      ...(preDump || parent !== '' ? ['--track-mem'] : []),
      ...(parent === '' ? [] : ['--prev-images-dir', parent]),
      ...pageServer(options.text('page-server') ?? ''),
    ],
  };
}

/** `ADDRESS:PORT` */
function pageServer(text: string): readonly string[] {
  if (text === '') return [];
  const [, address = '', port = ''] = /^\[?(.*?)\]?:(\d+)$/.exec(text) ?? [];
  if (isIP(address) === 0) {
    throw usage(`--page-server is "${text}", wanted an address and a port such as 10.0.0.1:9876`);
  }
  return ['--page-server', '--address', address, '--port', port];
}
