import { systemClock } from '../../../../../runtime/host/clock.ts';
import { applyPlan, type RunUnderWay } from '../../../../../scripts/apply/apply-plan.ts';
import { undoRun } from '../../../../../scripts/apply/undo-run.ts';
import type { ProvisionHost } from '../../../../../scripts/host/provision-host.ts';
import { Journal } from '../../../../../scripts/journal/journal.ts';
import { packageManagerOf } from '../../../../../scripts/packages/index.ts';
import { planFor } from '../../../../../scripts/plan/plan.ts';
import { readDistribution } from '../../../../../scripts/repositories/distribution.ts';
import type { ClientSearch } from '../../../../../scripts/repositories/docker-cli/client-plan.ts';
import {
  openWebFiles,
  type WebClient,
} from '../../../../../scripts/repositories/indexes/web-files.ts';
import type { Step } from '../../../../../scripts/steps/index.ts';

/** Does `work` with what planning a client on a host needs. */
export async function withSearch<T>(
  host: ProvisionHost,
  wish: Pick<ClientSearch, 'mirror' | 'keys' | 'version'>,
  work: (search: ClientSearch & { readonly files: WebClient }) => Promise<T>,
): Promise<T> {
  const files = openWebFiles(AbortSignal.timeout(60_000));
  try {
    return await work({
      ...wish,
      host,
      manager: await packageManagerOf(host, ['docker-ce-cli']),
      distribution: await readDistribution(host),
      files,
      tell: () => undefined,
    });
  } finally {
    files.close();
  }
}

/** Applies steps as `berth up` does; undone at once when one of them fails. */
export async function applySteps(
  host: ProvisionHost,
  steps: readonly Step[],
): Promise<{ undo(): Promise<readonly unknown[]> }> {
  const journal = await Journal.open(host, systemClock);
  const work = { host, journal, listen: () => undefined };
  const plan = await planFor({ request: { test: true }, steps }, host);
  const { id }: RunUnderWay = await applyPlan(plan, work);
  return {
    undo: async () => {
      const run = journal.runs.find((each) => each.id === id);
      if (run === undefined) throw new Error('the run is not in the journal');
      const options = { data: 'purge', packages: 'remove', services: 'stop' } as const;
      const problems = await undoRun(run, { ...work, options, reason: 'test' });
      await journal.closeIfEmpty();
      return problems;
    },
  };
}
