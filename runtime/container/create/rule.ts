import type { ContainerConfig } from '../model/container-config.ts';
import type { HostConfig } from '../model/host-config.ts';

/** A rule about one field; `broken` gives Docker's words when it is. */
export interface Rule {
  readonly field: string;
  readonly broken: (config: ContainerConfig, hostConfig: HostConfig) => string | undefined;
}

/** A rule that is broken when `test` is true. */
export function rule(
  field: string,
  message: string,
  test: (config: ContainerConfig, hostConfig: HostConfig) => boolean,
): Rule {
  return {
    field,
    broken: (config, hostConfig) => (test(config, hostConfig) ? message : undefined),
  };
}
