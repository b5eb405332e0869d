import { detectCgroups } from '../../cgroup/detect.ts';
import type { CgroupLayout } from '../../cgroup/layout.ts';
import { countOoms, readStatistics } from '../../cgroup/statistics/read-statistics.ts';
import { stringifyPrecise } from '../../spec/precise-json.ts';
import { type OciCommand, type OciContext, oneContainer } from '../command.ts';
import { parseDuration } from '../duration.ts';
import { usage } from '../options.ts';
import { ContainerFolder } from '../state/container-folder.ts';
import { statusOf } from '../state/status.ts';
import type { StoredState } from '../state/stored-state.ts';
import { statusError } from '../status-error.ts';

/** How often is looked for processes that were killed for lack of memory, and for the container's end. */
const lookMs = 50;

/** `berth oci events`: statistics now and then, and a word when memory has run out, until the container ends. */
export const eventsCommand: OciCommand = {
  options: [
    {
      name: 'interval',
      takes: 'text',
      help: 'time between statistics, such as 500ms (default 5s)',
    },
    { name: 'stats', takes: 'flag', help: 'statistics once' },
  ],
  operands: oneContainer,
  failureStatus: 1,
  run: async ({ context, options, operands: [id = ''] }) => {
    const intervalMs = parseDuration(options.text('interval') ?? '5s') ?? 0;
    if (intervalMs <= 0) throw usage('duration interval must be greater than 0, such as "5s"');
    const folder = new ContainerFolder(context, id);
    const state = await folder.readState();
    const status = await statusOf(folder, state);
    if (status === 'stopped' || status === 'creating') {
      throw statusError(id, status, `container with id ${id} is not running`);
    }
    const layout = await detectCgroups();
    const print = async (): Promise<void> => {
      const data = await readStatistics(layout, state.cgroup.folders);
      context.print(`${stringifyPrecise({ type: 'stats', id, data })}\n`);
    };
    if (options.flag('stats')) await print();
    else await follow(context, { folder, state, layout, intervalMs, print });
    return 0;
  },
};

async function follow(
  { clock, print: say }: OciContext,
  watch: {
    readonly folder: ContainerFolder;
    readonly state: StoredState;
    readonly layout: CgroupLayout;
    readonly intervalMs: number;
    readonly print: () => Promise<void>;
  },
): Promise<void> {
  const { folder, state, layout, intervalMs } = watch;
  let ooms = await countOoms(layout, state.cgroup.folders);
  let next = clock.now() + intervalMs;
  for (;;) {
    const stopped = (await statusOf(folder, state)) === 'stopped';
    const found = await countOoms(layout, state.cgroup.folders);
    if (found > ooms) say(`${JSON.stringify({ type: 'oom', id: state.id })}\n`);
    ooms = found;
    if (stopped) return;
    if (clock.now() >= next) {
      await watch.print();
      next += intervalMs;
    }
    await clock.sleep(Math.max(1, Math.min(lookMs, next - clock.now())));
  }
}
