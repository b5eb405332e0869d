import type { VerbContext } from '../cli/verb.ts';
import type { ProvisionHost } from '../host/provision-host.ts';
import type { Progress } from '../ui/progress.ts';

/** What `berth up` works with. */
export interface UpEnvironment {
  readonly context: VerbContext;
  readonly progress: Progress;
  readonly host: ProvisionHost;
}
