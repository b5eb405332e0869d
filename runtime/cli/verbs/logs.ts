import { segment } from '../client/client.ts';
import { inspectContainer } from '../inspect-container.ts';
import { parseMoment } from '../moments.ts';
import { JsonLines } from '../session/json-lines.ts';
import { pumpOutput } from '../session/output-pump.ts';
import { defineVerb } from '../verb.ts';

interface LogsOptions {
  readonly follow?: true;
  readonly tail?: string;
  readonly since?: string;
  readonly until?: string;
  readonly timestamps?: true;
  readonly details?: true;
  readonly json?: true;
}

/** `berth logs`: prints what a container has written, stdout and stderr apart. */
export const logs = defineVerb<LogsOptions>({
  define: (command) => {
    command
      .argument('<container>', 'container')
      .option('-f, --follow', 'go on until the container stops')
      .option('-n, --tail <lines>', 'only the last lines (default all)')
      .option('--since <time>', 'only from this time on, such as 2026-11-21T09:00:00Z or 10m')
      .option('--until <time>', 'only before this time')
      .option('-t, --timestamps', 'show the time of each line')
      .option('--details', 'show what the log driver knows besides')
      .option('--json', 'print a line of JSON for each line, with its time');
  },
  run: async ({ context, client, args, options }) => {
    const nowMs = context.clock.now();
    const { since, until } = options;
    const query = {
      stdout: 1,
      stderr: 1,
      follow: options.follow ? 1 : undefined,
      tail: options.tail,
      timestamps: options.timestamps || options.json ? 1 : undefined,
      details: options.details ? 1 : undefined,
      since: since === undefined ? undefined : parseMoment('--since', since, nowMs),
      until: until === undefined ? undefined : parseMoment('--until', until, nowMs),
    };
    const { id, terminal } = await inspectContainer(client, args[0] ?? '');
    const path = `/containers/${segment(id)}/logs`;
    const body = await client.stream({ method: 'GET', path, query });
    const format = terminal ? 'raw' : 'multiplexed';
    if (options.json) {
      const lines = new JsonLines(context.console);
      await pumpOutput(body, lines.console, format);
      await lines.end();
    } else await pumpOutput(body, context.console, format);
    return 0;
  },
});
