import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Files of half a minute and more, the longest first. */
const longest = [
  'scripts/upgrade',
  'scripts/up-down',
  'cli/with-berth',
  'scripts/bundle/bundle',
  'scripts/openrc',
  'scripts/fleet/bad-days',
  'scripts/report',
  'scripts/fleet/up-down',
  'scripts/random-kills',
  'mirrors/use',
  'cli/docker-with-berth',
  'scripts/bundle/install',
  'scripts/replace-docker',
  'scripts/repositories/docker-source-rpm',
].map((name) => `/test/integration/${name}.test.ts`);

/**
 * The order of files: of a fresh checkout vitest knows only how large they are. A small one that takes long (a suite that
 * lies in other files) would come last, and all processors but one would wait for its end.
 */
export class LongestFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const place = ({ moduleId }: TestSpecification): number => {
      const index = longest.findIndex((path) => moduleId.endsWith(path));
      return index === -1 ? longest.length : index;
    };
    // Those that are not listed stay as they are: the sort is stable.
    return (await super.sort(files)).sort((a, b) => place(a) - place(b));
  }
}
