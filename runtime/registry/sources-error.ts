import { BerthError, isBerthError, messageOf } from '../errors/berth-error.ts';
import { registryError } from './registry-error.ts';
import type { Source } from './source.ts';

/**
 * The error of content that no source delivered. The registry's own word counts, as in Docker; what the mirrors said is
 * added to it.
 *
 * @param failed Sources with their last errors.
 */
export function allSourcesFailed(failed: readonly (readonly [Source, unknown])[]): unknown {
  const origin = failed.findLast(([{ kind }]) => kind === 'origin') ?? failed.at(-1);
  if (origin === undefined)
    return registryError('REGISTRY_UNREACHABLE', 'no source is left that could be asked');
  const [, error] = origin;
  const others = failed.filter((entry) => entry !== origin);
  if (others.length === 0 || !isBerthError(error)) return error;
  const said = others.map(([{ source }, problem]) => `"${source}": ${messageOf(problem)}`);
  return new BerthError(error.code, {
    message: `${error.message}; the other sources failed too: ${said.join('; ')}`,
    ...(error.remedy === undefined ? {} : { remedy: error.remedy }),
    details: {
      ...error.details,
      sources: failed.map(([{ source }, problem]) => ({
        source,
        code: isBerthError(problem) ? problem.code : undefined,
        message: messageOf(problem),
      })),
    },
    cause: error,
  });
}
