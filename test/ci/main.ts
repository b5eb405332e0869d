import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Results } from './results.ts';
import { countsOf, filesToRepeat, passedOnlyAgain, withSecondAttempt } from './results.ts';

/**
 * Reads what the runs of `.ci/run` wrote into a folder, `<run>.json` each.
 *
 * - `repeat FOLDER RUN`: the files of a run that get a second attempt, one a line.
 * - `count FOLDER RUN...`: the counts of all runs, `RUN-again.json` instead of what failed at first, in one line after
 *   the names of what passed only then.
 */
const [verb, folder = '', ...runs] = process.argv.slice(2);

function read(run: string): Results | undefined {
  const path = join(folder, `${run}.json`);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Results) : undefined;
}

if (verb === 'repeat') {
  for (const results of runs.map(read)) {
    if (results !== undefined) for (const file of filesToRepeat(results)) console.log(file);
  }
} else {
  let [passed, failed] = [0, 0];
  for (const run of runs) {
    const first = read(run);
    const second = read(`${run}-again`);
    const isRepeated = first !== undefined && second !== undefined;
    if (isRepeated) {
      for (const name of passedOnlyAgain(first, second))
        console.log(`passed only at the second attempt: ${name}`);
    }
    const counts = countsOf(isRepeated ? withSecondAttempt(first, second) : first);
    passed += counts.passed;
    failed += counts.failed;
  }
  console.log(`${passed} passed, ${failed} failed`);
}
