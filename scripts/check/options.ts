import { checkVerbMessages as m } from '../../messages/areas/check-verb.ts';
import { checkMessages } from '../../messages/areas/checks.ts';
import { BerthError } from '../../runtime/errors/berth-error.ts';
import type { SkipRequest } from '../../checks/selection.ts';
import type { EndedWaiver } from './waivers.ts';

/** What `berth check` was asked for. */
export interface CheckOptions {
  /** Checks to run; all when absent. */
  readonly only?: readonly string[];
  readonly skip?: readonly SkipRequest[];
  /** Waivers that no longer hold, to be told of. */
  readonly endedWaivers?: readonly EndedWaiver[];
  readonly format: 'text' | 'json';
  /** `apply`: carry out the fixes and check again. `name`: only say which there are. */
  readonly fixes: 'apply' | 'name';
}

/**
 * Reads one `--skip ID=REASON`.
 *
 * @throws BerthError CHECK_SKIP_INVALID without a reason.
 */
export function parseSkip(text: string): SkipRequest {
  const equals = text.indexOf('=');
  const id = equals < 0 ? text : text.slice(0, equals);
  const reason = equals < 0 ? '' : text.slice(equals + 1).trim();
  if (reason !== '' && id !== '') return { id, reason };
  throw new BerthError('CHECK_SKIP_INVALID', {
    message: id === '' ? m.skipNoName({ text }) : m.skipNoReason({ text }),
    remedy: checkMessages.sayWhy(),
    details: { skip: text },
  });
}
