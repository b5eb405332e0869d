import type { Console } from '../../host/console.ts';
import type { ApiClient } from '../client/client.ts';
import { pumpInput } from './input-pump.ts';
import { pumpOutput } from './output-pump.ts';
import { followTerminalSize } from './terminal-size.ts';

/** One console connected to one command in a container. */
export interface ExecSessionOptions {
  readonly console: Console;
  readonly client: ApiClient;
  /** Of the exec instance in the API. */
  readonly path: string;
  /** What the command has: a terminal gives one raw stream. */
  readonly streams: 'terminal' | 'pipes';
  readonly input: 'none' | 'console';
  /** Empty: nothing detaches. */
  readonly detachBytes: Uint8Array;
}

/**
 * Starts the command with the console connected to it, and stays until its output ends or the user leaves it. The
 * console is as before afterwards, whatever happened. Signals are the console's own: they end this command, not that.
 */
export async function runExec(options: ExecSessionOptions): Promise<'ended' | 'detached'> {
  const { console, client, path, streams, input } = options;
  const terminal = streams === 'terminal';
  const size = terminal ? console.output.size() : undefined;
  const connection = await client.hijack({
    method: 'POST',
    path: `${path}/start`,
    body: {
      Detach: false,
      Tty: terminal,
      ...(size === undefined ? {} : { ConsoleSize: [size.rows, size.columns] }),
    },
  });
  // Leaving destroys the connection under its reader; the race has been decided by then.
  connection.on('error', () => undefined);
  const left = Promise.withResolvers<'detached'>();
  const restore: (() => void)[] = [];
  try {
    if (terminal) {
      restore.push(followTerminalSize(client, path, console.output));
      if (input === 'console' && console.input.isTerminal)
        restore.push(console.input.enterRawMode());
    }
    if (input === 'console') {
      const onDetach = (): void => {
        left.resolve('detached');
      };
      const { detachBytes: detachKeys } = options;
      restore.push(pumpInput({ input: console.input, connection, detachKeys, onDetach }));
    }
    const format = terminal ? 'raw' : 'multiplexed';
    const ended = pumpOutput(client.read(connection), console, format).then(() => 'ended' as const);
    return await Promise.race([ended, left.promise]);
  } finally {
    for (const undo of restore.reverse()) undo();
    connection.destroy();
  }
}
