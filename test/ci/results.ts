/** What vitest's JSON reporter writes, as far as it is read here: https://vitest.dev/guide/reporters#json-reporter */
export interface Results {
  readonly numPassedTests: number;
  readonly numFailedTests: number;
  readonly testResults: readonly FileResults[];
}

interface FileResults {
  /** Path of the file. */
  readonly name: string;
  readonly status: string;
  readonly assertionResults: readonly { readonly status: string; readonly fullName: string }[];
}

/** Tests, counted. */
export interface Counts {
  readonly passed: number;
  readonly failed: number;
}

/** More files than this that fail in one run are no accident: they get no second attempt. */
const accidents = 3;

/** The files of a run that get a second attempt; none when too many failed. */
export function filesToRepeat({ testResults }: Results): readonly string[] {
  const failed = testResults.filter(({ status }) => status === 'failed').map(({ name }) => name);
  return failed.length > accidents ? [] : failed;
}

/** Counts of a run. `undefined`, no results: the runner itself did not run, which is a failure like any other. */
export function countsOf(results: Results | undefined): Counts {
  if (results === undefined) return { passed: 0, failed: 1 };
  // A file that could not be loaded, or whose beforeAll threw, has failed without a failed test.
  const untold = results.testResults.filter(
    (file) => file.status === 'failed' && failuresOf(file).length === 0,
  ).length;
  return { passed: results.numPassedTests, failed: results.numFailedTests + untold };
}

/** A run whose failed files were run again by themselves: what those say counts. */
export function withSecondAttempt(first: Results, second: Results): Results {
  const again = new Map(second.testResults.map((file) => [file.name, file]));
  const testResults = first.testResults.map((file) =>
    file.status === 'failed' ? (again.get(file.name) ?? file) : file,
  );
  const count = (status: string): number =>
    testResults.flatMap((file) => file.assertionResults).filter((test) => test.status === status)
      .length;
  return { numPassedTests: count('passed'), numFailedTests: count('failed'), testResults };
}

/** The names of what failed at first and passed by itself: a race, in berth or in the test, that has to be found. */
export function passedOnlyAgain(first: Results, second: Results): readonly string[] {
  const again = new Map(second.testResults.map((file) => [file.name, file]));
  return first.testResults
    .filter(({ name, status }) => status === 'failed' && again.get(name)?.status === 'passed')
    .flatMap((file) => {
      const names = failuresOf(file);
      return (names.length === 0 ? ['the whole file'] : names).map(
        (test) => `${file.name}: ${test}`,
      );
    });
}

function failuresOf({ assertionResults }: FileResults): readonly string[] {
  return assertionResults.filter(({ status }) => status === 'failed').map((test) => test.fullName);
}
