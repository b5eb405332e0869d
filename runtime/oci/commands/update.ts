import { readStandardInput } from '../../host/standard-input.ts';
import { parsePreciseJson } from '../../spec/precise-json.ts';
import type { OciCommand } from '../command.ts';
import { oneContainer } from '../command.ts';
import { readJsonFile } from '../json-file.ts';
import { absolutePath } from '../paths.ts';
import { ContainerFolder } from '../state/container-folder.ts';
import { statusOf } from '../state/status.ts';
import { statusError } from '../status-error.ts';
import { updateOptions, resourcesOf } from '../update/update-options.ts';
import { updateContainer } from '../update/update-container.ts';

const standardInput = { subject: 'standard input', place: 'what is written to standard input' };

/** `berth oci update`: changes the limits of a container that is there already. */
export const updateCommand: OciCommand = {
  options: updateOptions,
  operands: oneContainer,
  failureStatus: 1,
  run: async ({ context, options, operands: [id = ''] }) => {
    const folder = new ContainerFolder(context, id);
    const state = await folder.readState();
    const file = options.text('resources') ?? '';
    const given =
      file === ''
        ? resourcesOf(options)
        : file === '-'
          ? parsePreciseJson(readStandardInput(), standardInput)
          : await readJsonFile('--resources', absolutePath(file, context.workingDirectory));
    const status = await statusOf(folder, state);
    if (status === 'stopped' || status === 'creating') {
      throw statusError(id, status, 'container not running');
    }
    for (const warning of await updateContainer(folder, given, state)) context.log.warn(warning);
    return 0;
  },
};
