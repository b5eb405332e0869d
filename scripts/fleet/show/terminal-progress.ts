import { Listr, type ListrTaskWrapper, type DefaultRenderer, type SimpleRenderer } from 'listr2';
import { fleetMessages as m } from '../../../messages/areas/fleet.ts';
import type { FleetHost } from '../inventory/fleet-host.ts';
import type { HostResult } from '../result.ts';
import { describeResult } from './describe-result.ts';
import type { FleetProgress } from './fleet-progress.ts';

type Task = ListrTaskWrapper<unknown, typeof DefaultRenderer, typeof SimpleRenderer>;

/** A row for each host: a turning wheel while it is under way, then a tick or a cross, by listr2. */
interface Row {
  task?: Task;
  /** What the row says, which may be known before listr2 hands out its task. */
  title: string;
  readonly ended: Promise<HostResult>;
  readonly end: (result: HostResult) => void;
}

/** Shows hosts on a terminal. What runs when is decided elsewhere: the tasks only wait for what they are told. */
export function terminalProgress(hosts: readonly FleetHost[]): FleetProgress {
  const rows = new Map(hosts.map((host) => [host.name, makeRow(host)]));
  const list = new Listr(
    [...rows.values()].map((row) => ({
      title: row.title,
      task: async (_context: unknown, task: Task) => {
        row.task = task;
        task.title = row.title;
        const result = await row.ended;
        task.title = row.title;
        // listr2 marks a row as failed by its error; the result is shown in the table.
        if (result.status !== 'ok') throw new Error(row.title);
      },
    })),
    {
      concurrent: true,
      exitOnError: false,
      // Ctrl-C is the verb's to handle, which has hosts to tell.
      registerSignalListeners: false,
      rendererOptions: { showErrorMessage: false, collapseErrors: false },
    },
  );
  const shown = list.run().catch(() => undefined);
  const say = (host: FleetHost, text: string): void => {
    const row = rows.get(host.name);
    if (row === undefined) return;
    row.title = `${host.name}: ${text}`;
    if (row.task !== undefined) row.task.title = row.title;
  };
  return {
    tell: say,
    done: (host, result) => {
      say(host, describeResult(result));
      rows.get(host.name)?.end(result);
    },
    end: async () => {
      await shown;
    },
  };
}

function makeRow(host: FleetHost): Row {
  const { promise, resolve } = Promise.withResolvers<HostResult>();
  return { title: `${host.name}: ${m.stageWaitTurn()}`, ended: promise, end: resolve };
}
