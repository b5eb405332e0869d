import { createHash } from 'node:crypto';
import type { ContainerRecord } from '../../container/model/container-record.ts';
import { hasProgram } from '../../container/model/container-state.ts';
import { networkKind } from '../../container/model/network-mode.ts';

/** What Docker shows of a running container in the network `host` or `none`, which has no interface of a network. */
export interface PlainSandbox {
  /** 64 hexadecimal digits, as the next. */
  readonly id: string;
  readonly endpointId: string;
  /** Where its network namespace is found while it runs. */
  readonly key: string;
}

/**
 * The sandbox of a container in the network `host` or `none`; `undefined` for all others, and for those that do not run. Nothing is
 * kept of it: its ids are made of the container's and of when it was started, other ones for each run.
 * @param pid of its first process; 0 where that is not asked for
 */
export function plainSandbox(
  { id, hostConfig, config, state }: ContainerRecord,
  pid = 0,
): PlainSandbox | undefined {
  const kind = networkKind(hostConfig);
  if ((kind !== 'host' && kind !== 'none') || !hasProgram(state) || config.NetworkDisabled)
    return undefined;
  const idOf = (what: string): string =>
    createHash('sha256').update(`${what} ${id} ${state.startedAt}`).digest('hex');
  const process = kind === 'host' ? 1 : pid;
  const key = process === 0 ? '' : `/proc/${process}/ns/net`;
  return { id: idOf('sandbox'), endpointId: idOf('endpoint'), key };
}
