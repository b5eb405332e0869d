import { $ } from 'zx/core';
import type { VerbContext } from '../cli/verb.ts';
import { BerthError } from '../../runtime/errors/berth-error.ts';
import { open, orIfMissing, readTextIfExists, stat } from '../../runtime/host/files.ts';
import { places, serviceName } from '../host/places.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import { detectServiceManager } from '../services/detect.ts';

/** What of the log is shown. */
export interface LogOptions {
  readonly context: VerbContext;
  /** A number, as typed. */
  readonly lines: string;
  readonly follow?: true;
}

const pollMs = 200;

/** Shows the daemon's log: systemd's journal where that keeps it, else the file. Throws USAGE, DAEMON_NOT_RUNNING. */
export async function showLog(host: ProvisionHost, options: LogOptions): Promise<void> {
  const count = Number(options.lines);
  if (!/^\d+$/.test(options.lines)) {
    throw new BerthError('USAGE', {
      message: `--lines is "${options.lines}"; wanted a whole number`,
      remedy: 'For example: berth daemon logs --lines 50',
    });
  }
  if ((await detectServiceManager(host)) === 'systemd') {
    const follow = options.follow ? ['--follow'] : [];
    const args = ['--unit', serviceName, '--lines', String(count), '--no-pager', ...follow];
    await $({ nothrow: true, stdio: 'inherit' })`journalctl ${args}`;
    return;
  }
  await showFile(host.path(places.daemonLog), { ...options, count });
}

async function showFile(
  path: string,
  options: LogOptions & { readonly count: number },
): Promise<void> {
  const text = await readTextIfExists(path);
  if (text === undefined) {
    throw new BerthError('DAEMON_NOT_RUNNING', {
      message: `there is no log at "${path}"; wanted one that the daemon has written`,
      remedy: 'Run "berth up": it starts the daemon.',
    });
  }
  const { output } = options.context.console;
  const lines = text.split('\n');
  // What follows the last line end is not a line.
  await output.write(lines.slice(Math.max(0, lines.length - 1 - options.count)).join('\n'));
  if (options.follow) await follow(path, { ...options, from: Buffer.byteLength(text) });
}

/** Shows what is appended, until Ctrl-C. */
async function follow(
  path: string,
  options: LogOptions & { readonly from: number },
): Promise<void> {
  const { console, clock } = options.context;
  const over = new AbortController();
  const stop = console.onSignal(() => {
    over.abort(new Error('asked to stop'));
  });
  let position = options.from;
  try {
    while (!over.signal.aborted) {
      position = await copyFrom(path, position, (bytes) => console.output.write(bytes));
      await clock.sleep(pollMs, over.signal).catch(() => undefined);
    }
  } finally {
    stop();
  }
}

/** Passes on what lies behind `position` and returns the new end; a file that is shorter by now begins anew. */
async function copyFrom(
  path: string,
  position: number,
  write: (bytes: Uint8Array) => Promise<void>,
): Promise<number> {
  const size = (await orIfMissing(stat(path), undefined))?.size ?? 0;
  const from = size < position ? 0 : position;
  if (size === from) return size;
  const file = await open(path, 'r');
  try {
    const bytes = Buffer.alloc(size - from);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, from);
    await write(bytes.subarray(0, bytesRead));
    return from + bytesRead;
  } finally {
    await file.close();
  }
}
