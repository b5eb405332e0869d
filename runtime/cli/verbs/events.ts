import { Option } from 'commander';
import { isBerthError } from '../../errors/berth-error.ts';
import type { Fields } from '../client/fields.ts';
import { fieldsOf, optionalNumber, optionalText } from '../client/fields.ts';
import { jsonMessages } from '../client/json-messages.ts';
import { collect } from '../collect.ts';
import { interruptible } from '../console/interruptible.ts';
import { filtersQuery } from '../filters.ts';
import { parseMoment } from '../moments.ts';
import { defineVerb } from '../verb.ts';

interface EventsOptions {
  readonly filter?: readonly string[];
  readonly since?: string;
  readonly until?: string;
  readonly format?: 'json';
  readonly json?: true;
}

/** Local time with the zone, to the nanosecond, as docker shows it. */
function timeOf(event: Fields): string {
  const seconds = optionalNumber(event, 'time');
  const nanos = String(optionalNumber(event, 'timeNano'));
  const date = new Date(seconds * 1000);
  const minutes = -date.getTimezoneOffset();
  const local = new Date(date.getTime() + minutes * 60_000).toISOString().slice(0, 19);
  const zone = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
  // JSON numbers are not exact to the nanosecond here: what is left is what the clock of the daemon had.
  const fraction = nanos.slice(-9).padStart(9, '0');
  return `${local}.${fraction}${minutes < 0 ? '-' : '+'}${zone}`;
}

/** A line such as `2026-01-01T00:00:00.000000000+00:00 container start 4f53 (image=bb, name=web)`. */
function eventLine(event: Fields): string {
  const actor = fieldsOf(event['Actor'], 'actor');
  const attributes = Object.entries(fieldsOf(actor['Attributes'] ?? {}, 'attributes'))
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, value]) => `${name}=${String(value)}`);
  const words = [
    optionalText(event, 'Type'),
    optionalText(event, 'Action'),
    optionalText(actor, 'ID'),
  ];
  const details = attributes.length === 0 ? '' : ` (${attributes.join(', ')})`;
  return `${timeOf(event)} ${words.join(' ')}${details}\n`;
}

/** `berth events`: shows what happens, as it happens. */
export const events = defineVerb<EventsOptions>({
  define: (command) => {
    command
      .addOption(new Option('-f, --filter <name=value>', 'show what matches').argParser(collect))
      .option('--since <time>', 'only from this time on, such as 2026-11-21T09:00:00Z or 10m')
      .option('--until <time>', 'only before this time')
      .addOption(new Option('--format <format>', 'json prints a row a line').choices(['json']))
      .option('--json', "print the API's answer");
  },
  run: async ({ context, client, options }) => {
    const nowMs = context.clock.now();
    const { since, until } = options;
    const query = {
      since: since === undefined ? undefined : parseMoment('--since', since, nowMs),
      until: until === undefined ? undefined : parseMoment('--until', until, nowMs),
      filters: filtersQuery(options.filter),
    };
    const asJson = options.json === true || options.format === 'json';
    try {
      await interruptible(context.console, async (signal) => {
        const body = await client.stream({ method: 'GET', path: '/events', query, signal });
        for await (const event of jsonMessages(body)) {
          const line = asJson ? `${JSON.stringify(event)}\n` : eventLine(event);
          await context.console.output.write(line);
        }
      });
    } catch (error) {
      // Ctrl-C is how it usually ends.
      if (!isBerthError(error, 'INTERRUPTED')) throw error;
    }
    return 0;
  },
});
