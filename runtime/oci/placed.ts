import type { Bundle } from './bundle.ts';
import type { StoredState } from './state/stored-state.ts';
import type { HeldScope, ScopeRequest } from './systemd/scope.ts';

/** Where a container's cgroups are to be: where its config says, or where systemd has made them. */
export interface Placed {
  readonly bundle: Bundle;
  readonly scope?: HeldScope;
  /** Known from here on: a unit of this name that was there before is not ours to stop. */
  readonly kept?: Pick<StoredState, 'cgroup' | 'systemdUnit'>;
}

/** Asks systemd for the container's cgroup, if it is to have one of systemd's. */
export async function placed({
  bundle,
  scope,
}: {
  readonly bundle: Bundle;
  readonly scope?: ScopeRequest;
}): Promise<Placed> {
  if (scope === undefined) return { bundle };
  const { placeInScope } = await import('./systemd/place-in-scope.ts');
  return placeInScope(bundle, scope);
}
