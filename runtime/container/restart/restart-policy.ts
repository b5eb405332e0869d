import type { ContainerRecord } from '../model/container-record.ts';
import type { HostConfig } from '../model/host-config.ts';

/** `HostConfig.RestartPolicy`. */
export type RestartPolicy = HostConfig['RestartPolicy'];

const noRetries = ['no', 'always', 'unless-stopped'];

/** Docker's words for what is wrong with a policy. An old client's empty name is `no`, whatever else it says. */
export function restartPolicyProblem({
  Name,
  MaximumRetryCount,
}: RestartPolicy): string | undefined {
  if (noRetries.includes(Name)) {
    if (MaximumRetryCount === 0) return undefined;
    const negative = MaximumRetryCount < 0 ? ' and cannot be negative' : '';
    return `invalid restart policy: maximum retry count can only be used with 'on-failure'${negative}`;
  }
  if (Name === 'on-failure') {
    return MaximumRetryCount < 0
      ? 'invalid restart policy: maximum retry count cannot be negative'
      : undefined;
  }
  if (Name === '') return undefined;
  return `invalid restart policy: unknown policy '${Name}'; use one of 'no', 'always', 'on-failure', or 'unless-stopped'`;
}

/** Whether a policy ever starts a container again. */
export function hasRestartPolicy({ Name }: RestartPolicy): boolean {
  return Name !== '' && Name !== 'no';
}

/**
 * Whether a container that has ended is to be started again by its policy, as Docker decides it: `always` also when
 * somebody has stopped it (which matters when berthd starts), `on-failure` by its exit code alone.
 */
export function wantsRestart(
  record: Pick<ContainerRecord, 'hostConfig' | 'manuallyStopped' | 'restartCount'>,
  exitCode: number,
): boolean {
  const { Name, MaximumRetryCount } = record.hostConfig.RestartPolicy;
  switch (Name) {
    case 'always':
      return true;
    case 'unless-stopped':
      return !record.manuallyStopped;
    case 'on-failure':
      // No number means any number.
      return exitCode !== 0 && (MaximumRetryCount === 0 || record.restartCount < MaximumRetryCount);
    default:
      return false;
  }
}
