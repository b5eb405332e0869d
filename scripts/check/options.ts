import { BerthError } from '../../runtime/errors/berth-error.ts';
import type { SkipRequest } from '../../checks/selection.ts';

/** What `berth check` was asked for. */
export interface CheckOptions {
  /** Checks to run; all when absent. */
  readonly only?: readonly string[];
  readonly skip?: readonly SkipRequest[];
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
    message: `"--skip ${text}" ${id === '' ? 'names no check' : 'gives no reason'}; wanted --skip ID=REASON`,
    remedy: 'Say why the check may be skipped: the reason is shown in the result.',
    details: { skip: text },
  });
}
