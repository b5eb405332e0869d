import { mirrorMessages as m } from '../../messages/areas/mirrors.ts';
import { prettyJson } from '../../runtime/cli/formats.ts';
import { forgetMirrorScores, mirrorScores } from '../../runtime/cli/mirror-scores.ts';
import { messageOf, remedyOf } from '../../messages/error-words.ts';
import { BerthError, isBerthError } from '../../runtime/errors/berth-error.ts';
import type { ActionInput } from './action.ts';
import { requireNames } from './options.ts';
import { renderScores } from './render-scores.ts';

/** `berth mirrors status`: what pulls have measured of each source, as the engine tells. */
export async function statusAction({ context, options, names }: ActionInput): Promise<number> {
  requireNames('status', names, { least: 0, most: 0 });
  const { format, socket: address } = options;
  const { rows, answer } = await withAdvice(() => mirrorScores({ context, address }));
  const text = format === 'json' ? prettyJson(answer) : renderScores(rows, context.clock.now());
  await context.console.output.write(text);
  return 0;
}

/** `berth mirrors reset [URL]`: the engine forgets its verdicts, so that a mirror that was put right is tried again. */
export async function resetAction({ context, options, names }: ActionInput): Promise<number> {
  const [source] = requireNames('reset', names, { least: 0, most: 1 });
  const { socket: address } = options;
  const count = await withAdvice(() => forgetMirrorScores({ context, address, source }));
  if (options.format === 'json') {
    await context.console.output.write(`${JSON.stringify({ forgotten: count })}\n`);
    return 0;
  }
  const line = count === 0 ? m.resetNothing() : m.resetDone({ count });
  await context.console.output.write(`${line}\n`);
  return 0;
}

/** People who have no engine yet and type "berth mirrors" are after the catalogue. */
async function withAdvice<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isBerthError(error, 'DAEMON_UNREACHABLE')) throw error;
    throw new BerthError('DAEMON_UNREACHABLE', {
      message: messageOf(error),
      remedy: [remedyOf(error), m.statusRemedyNote()].filter(Boolean).join(' '),
      details: error.details,
      cause: error,
    });
  }
}
