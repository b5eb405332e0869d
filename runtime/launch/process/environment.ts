import { BerthError } from '../../errors/berth-error.ts';
import type { Process } from '../../spec/process.ts';

/**
 * The environment of a process as runc hands it on: of two variables with one name the last counts, in its place. execve(2)
 * would take both, and every program choose for itself: getenv(3) finds the first, shells keep the last.
 *
 * What is no variable is refused: programs do not see it, so that whoever wrote it would wait for its effect in vain. The
 * entry itself is not repeated, since it may be a part of something secret.
 *
 * @throws SPEC_INVALID naming the entries.
 */
export function withEnvironment(process: Process): Process {
  const problems = process.env.flatMap((entry, index) => {
    const field = `process.env[${index}]`;
    if (!entry.includes('=')) return [{ field, seen: 'missing "="', wanted: '"NAME=value"' }];
    if (entry.startsWith('=')) return [{ field, seen: 'without a name', wanted: '"NAME=value"' }];
    return [];
  });
  if (problems.length > 0) {
    throw new BerthError('SPEC_INVALID', {
      message: `invalid environment variable: ${problems
        .map(({ field, seen, wanted }) => `'${field}' is ${seen}, wanted ${wanted}`)
        .join('; ')}`,
      remedy: 'Write a name, "=" and a value; a variable that is to be empty as "NAME=".',
      details: { problems },
    });
  }
  const last = new Map(process.env.map((entry, index) => [nameOf(entry), index]));
  return {
    ...process,
    env: process.env.filter((entry, index) => last.get(nameOf(entry)) === index),
  };
}

const nameOf = (entry: string): string => entry.slice(0, entry.indexOf('='));
