import { isBerthError, messageOf } from '../../runtime/errors/berth-error.ts';
import type { MirrorEvent } from '../../runtime/mirror/mirror-event.ts';
import { formatBytes } from '../ui/format-bytes.ts';

/** One line for a person; `undefined` for what only `--json` tells. */
export function renderEvent(event: MirrorEvent): string {
  switch (event.kind) {
    case 'listening':
      return `serving on ${event.url}`;
    case 'fetched':
      return `fetched ${event.what} (${formatBytes(event.bytes)} in ${event.tookMs} ms) from ${event.from}`;
    case 'not-kept':
      return `warning: passed through without being kept: ${event.what}: ${messageOf(event.error)}`;
    case 'broken':
      return `warning: broken off: ${event.what}: ${messageOf(event.error)}`;
    case 'stale':
      return `warning: served as it was, unchecked: ${event.what}: ${messageOf(event.error)}`;
    case 'source-failed':
      return `"${event.source}" did not deliver: ${messageOf(event.error)}`;
    case 'evicted':
      return `made room: ${formatBytes(event.bytes)} that were not used for longest are gone`;
    case 'damaged':
      return `warning: removed "${event.digest}" from the cache: it was damaged`;
    case 'problem':
      return `warning: ${event.what}${event.error === undefined ? '' : `: ${messageOf(event.error)}`}`;
  }
}

/** One line for programs. */
export function eventJson(event: MirrorEvent, nowMs: number): string {
  const error =
    'error' in event && event.error !== undefined ? errorFields(event.error) : undefined;
  return JSON.stringify({ time: new Date(nowMs).toISOString(), ...event, error });
}

function errorFields(error: unknown): { readonly code?: string; readonly message: string } {
  const message = messageOf(error);
  return isBerthError(error) ? { code: error.code, message } : { message };
}
