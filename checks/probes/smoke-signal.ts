import type { CheckContext } from '../context.ts';

/** Ends a run of hello-world when its time is over, or when nobody waits for it any more. */
export function smokeSignal(
  { signal }: Pick<CheckContext, 'signal'>,
  timeoutMs: number,
): AbortSignal {
  const limit = AbortSignal.timeout(timeoutMs);
  return signal === undefined ? limit : AbortSignal.any([limit, signal]);
}
