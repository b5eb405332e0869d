import { hasNames } from '../lifecycle/container-names.ts';
import type { NetworkState } from '../lifecycle/network-state.ts';
import type { SandboxRecord } from '../model/sandbox-record.ts';

/** Whom a container's name server asks for what is no container's name. */
export interface UpstreamRequest {
  /** Whom it asks; absent: it has none. */
  readonly upstreams?: readonly string[] | undefined;
  /** From whose network namespace these are asked; absent: the host's. */
  readonly upstreamsFrom?: 'host' | 'container' | undefined;
}

/** What a sandbox's record says of it. */
export function upstreamsOf({
  upstreams,
  upstreamsFrom = 'host',
}: UpstreamRequest): Pick<SandboxRecord, 'upstreams' | 'upstreamsFrom'> {
  return upstreams === undefined ? {} : { upstreams, upstreamsFrom };
}

/** Answers the questions of a container that needs a name server of its own. @throws SYSCALL_FAILED */
export async function serveNames(state: NetworkState, sandbox: SandboxRecord): Promise<void> {
  const forwarding = forwardingOf(sandbox);
  if (forwarding === undefined) return;
  const { container: id, namespace: namespacePath } = sandbox;
  await state.names.serve({ id, namespacePath, ...forwarding });
}

/** Sees to it that a running container's questions go where they should, after a change of its networks. @throws SYSCALL_FAILED */
export async function changeNames(
  state: NetworkState,
  { before, after }: { readonly before: SandboxRecord; readonly after: SandboxRecord },
): Promise<void> {
  const forwarding = forwardingOf(after);
  if (forwarding === undefined) return;
  if (forwardingOf(before) === undefined) await serveNames(state, after);
  else state.names.change(after.container, forwarding);
}

/** Where questions go on to; `undefined` without a name server. A container that is in internal networks only reaches nobody beyond: the host
 * asks nobody for it. */
function forwardingOf({
  endpoints,
  upstreams,
  upstreamsFrom: from = 'host',
}: SandboxRecord):
  Pick<Parameters<NetworkState['names']['serve']>[0], 'upstreams' | 'forwarding'> | undefined {
  if (upstreams === undefined || !endpoints.some(hasNames)) return undefined;
  return {
    upstreams: upstreams.map((address) => ({ address, from })),
    forwarding: endpoints.every(({ internal }) => internal) ? 'off' : 'on',
  };
}
