import { mirrorServeMessages as m } from '../../messages/areas/mirror-serve.ts';
import { messageOf } from '../../messages/error-words.ts';
import { isBerthError } from '../../runtime/errors/berth-error.ts';
import type { MirrorEvent } from '../../runtime/mirror/mirror-event.ts';
import { formatBytes } from '../ui/format-bytes.ts';

/** One line for a person; `undefined` for what only `--json` tells. */
export function renderEvent(event: MirrorEvent): string {
  switch (event.kind) {
    case 'listening':
      return m.listening({ url: event.url });
    case 'fetched':
      return m.fetched({
        what: event.what,
        size: formatBytes(event.bytes),
        ms: event.tookMs,
        from: event.from,
      });
    case 'not-kept':
      return m.notKept({ what: event.what, why: messageOf(event.error) });
    case 'broken':
      return m.broken({ what: event.what, why: messageOf(event.error) });
    case 'stale':
      return m.stale({ what: event.what, why: messageOf(event.error) });
    case 'source-failed':
      return m.sourceFailed({ source: event.source, why: messageOf(event.error) });
    case 'evicted':
      return m.evicted({ size: formatBytes(event.bytes) });
    case 'damaged':
      return m.damaged({ digest: event.digest });
    case 'problem': {
      const what = problemText(event);
      if (event.error === undefined) return m.warning({ text: what });
      return m.problemWhy({ what, why: messageOf(event.error) });
    }
  }
}

type Problem = Extract<MirrorEvent, { readonly kind: 'problem' }>;

const problemTexts: Readonly<
  Record<NonNullable<Problem['topic']>, (values: { readonly subject: string }) => string>
> = {
  'own-url': m.problemOwnUrl,
  stopping: m.problemStopping,
  removing: m.problemRemoving,
  reading: m.problemReading,
  'store-damaged': m.problemStoreDamaged,
};

/** What is wrong; a notice of the parts below, which has no topic, in their own words. */
function problemText({ topic, subject = '', what }: Problem): string {
  return topic === undefined ? what : problemTexts[topic]({ subject });
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
