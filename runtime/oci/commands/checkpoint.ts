import { type OciCommand, oneContainer } from '../command.ts';
import { criuOptions, whyNoCriu } from '../criu.ts';
import { ContainerFolder } from '../state/container-folder.ts';

/** `berth oci checkpoint`: says why it cannot be done. */
export const checkpointCommand: OciCommand = {
  options: [
    ...criuOptions,
    { name: 'parent-path', takes: 'text', help: 'images of an earlier --pre-dump' },
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
      help: 'descriptor that is told when pages can be asked for',
    },
    { name: 'page-server', takes: 'text', help: 'address that memory is sent to' },
    { name: 'pre-dump', takes: 'flag', help: 'memory only, and let the container go on' },
  ],
  operands: oneContainer,
  failureStatus: 1,
  run: async ({ context, operands: [id = ''] }) => {
    await new ContainerFolder(context, id).readState();
    throw await whyNoCriu(context.criu);
  },
};
