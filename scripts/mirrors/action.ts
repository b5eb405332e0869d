import type { VerbContext } from '../cli/verb.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import type { Catalogue } from './catalogue/catalogue.ts';
import { loadCatalogue } from './catalogue/load-catalogue.ts';
import type { MirrorsOptions } from './options.ts';
import { subjectFor, type TestSubject } from './tester.ts';

/** What an action of `berth mirrors` works with. */
export interface ActionInput {
  readonly context: VerbContext;
  readonly host: ProvisionHost;
  readonly options: MirrorsOptions;
  /** What stands behind the action. */
  readonly names: readonly string[];
}

/** The catalogue that is asked for. Throws MIRROR_CATALOGUE_INVALID. */
export function catalogueOf({ host, options }: ActionInput): Promise<Catalogue> {
  return loadCatalogue(host, options.catalogue);
}

/** What mirrors are tested for. */
export function subjectOf(
  { host, context, options }: ActionInput,
  catalogue: Catalogue,
): Promise<TestSubject> {
  const { image, keys } = options;
  const facts = { catalogue, image, clock: context.clock };
  return subjectFor(host, { ...facts, ...(keys === undefined ? {} : { keys }) });
}
