import { messageOf } from '../../errors/berth-error.ts';
import { orIfMissing, readdir } from '../../host/files.ts';
import { noOperands, type OciCall, type OciCommand } from '../command.ts';
import { usage } from '../options.ts';
import { ContainerFolder } from '../state/container-folder.ts';
import { type ShownState, shownState } from '../state/shown-state.ts';
import { textTable } from '../text-table.ts';

/** `berth oci list`: the containers below --root. */
export const listCommand: OciCommand = {
  options: [
    { name: 'format', short: 'f', takes: 'text', help: '"table" (default) or "json"' },
    { name: 'quiet', short: 'q', takes: 'flag', help: 'only the ids' },
  ],
  operands: noOperands,
  failureStatus: 1,
  run: async (call) => {
    const { context, options } = call;
    const format = options.text('format') ?? 'table';
    if (format !== 'table' && format !== 'json') throw usage(`invalid format option: "${format}"`);
    const states = await statesOf(call);
    context.print(options.flag('quiet') ? ids(states) : rendered(states, format));
    return 0;
  },
};

/** A container that cannot be read is named in the log, and does not hide the others. */
async function statesOf({ context }: OciCall): Promise<readonly ShownState[]> {
  const entries = await orIfMissing(readdir(context.root, { withFileTypes: true }), []);
  const names = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  const states = await Promise.all(
    names
      .filter((name) => !name.includes('~'))
      .sort()
      .map(async (name) => {
        try {
          return await shownState(new ContainerFolder(context, name));
        } catch (error) {
          context.log.warn(`load container ${name}: ${messageOf(error)}`);
          return undefined;
        }
      }),
  );
  return states.filter((state) => state !== undefined);
}

const ids = (states: readonly ShownState[]): string => states.map(({ id }) => `${id}\n`).join('');

function rendered(states: readonly ShownState[], format: 'table' | 'json'): string {
  // Of no container at all, runc says null.
  if (format === 'json') return `${states.length === 0 ? 'null' : JSON.stringify(states)}\n`;
  const rows = states.map(({ id, pid, status, bundle, created, owner }) => [
    ...[id, String(pid), status],
    ...[bundle, created, owner],
  ]);
  return textTable([['ID', 'PID', 'STATUS', 'BUNDLE', 'CREATED', 'OWNER'], ...rows]);
}
