import { mirrorMessages as m } from '../../../messages/areas/mirrors.ts';
import { BerthError } from '../../../runtime/errors/berth-error.ts';

/** Something in a catalogue that is wrong. */
interface Problem {
  /** From 1; 0 for the file as a whole. */
  readonly line: number;
  readonly problem: string;
}

/** The error MIRROR_CATALOGUE_INVALID for a file; `remedy` when it is not that its lines are to be put right. */
export function invalidCatalogue(
  path: string,
  problems: readonly Problem[],
  remedy: string = m.catalogueInvalidRemedy(),
): BerthError {
  const list = problems
    .map(({ line, problem }) => (line === 0 ? problem : m.atLine({ line, problem })))
    .join('; ');
  return new BerthError('MIRROR_CATALOGUE_INVALID', {
    message: m.catalogueInvalid({ path, problems: list }),
    remedy,
    details: { path, problems },
  });
}
