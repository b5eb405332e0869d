import { dockerCliMessages as m } from '../../../messages/areas/docker-cli.ts';
import { messageOf } from '../../../messages/error-words.ts';
import { isBerthError } from '../../../runtime/errors/berth-error.ts';
import type { Step } from '../../steps/index.ts';
import type { ClientPlan, ClientSearch } from './client-plan.ts';

/** The packages that were decided on. */
interface ChosenPackages {
  readonly client: string;
  /** Set when the user asked for one: then the client is held at it, and the plugins are not. */
  readonly version: string | undefined;
  readonly plugins: readonly string[];
}

/** Steps that install the client and its plugins, with what is to be said about the version. */
export async function packageSteps(
  { client, version, plugins }: ChosenPackages,
  search: ClientSearch,
): Promise<ClientPlan> {
  if (version === undefined) {
    return { steps: [{ kind: 'package', names: [client, ...plugins] }], notes: [] };
  }
  const problem = await holdProblem(client, search);
  const pinned: Step = {
    kind: 'package',
    names: [client],
    versions: { [client]: version },
    ...(problem === undefined ? { hold: true } : {}),
  };
  const others: Step = { kind: 'package', names: [...plugins] };
  return {
    steps: plugins.length === 0 ? [pinned] : [pinned, others],
    notes: [problem === undefined ? m.clientHeld({ version }) : m.clientNotHeld({ why: problem })],
  };
}

/** Why a package cannot be held: dnf 4 and yum need a plugin for that, which is no reason to do without the client. */
async function holdProblem(
  name: string,
  { host, manager }: ClientSearch,
): Promise<string | undefined> {
  try {
    await manager.held(host, [name]);
    return undefined;
  } catch (error) {
    if (isBerthError(error, 'PACKAGE_HOLD_UNSUPPORTED')) return messageOf(error);
    throw error;
  }
}
