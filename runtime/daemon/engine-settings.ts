import type { EngineIdentity } from '../api/services.ts';
import type { DaemonConfig } from '../config/daemon-config.ts';
import type { ContainerDefaults } from '../container/ports.ts';
import type { RegistryConfig } from '../registry/registry-config.ts';
import { containerDefaults } from './container-defaults.ts';

/** What of the engine may change while it runs. */
export interface EngineSettings {
  readonly registry: Partial<RegistryConfig>;
  readonly defaults: ContainerDefaults;
  /** What `docker info` shows of it. */
  readonly shown?: Pick<EngineIdentity, 'labels' | 'debug' | 'seccompProfile' | 'noNewPrivileges'>;
}

/** The settings that a configuration stands for. @throws DAEMON_CONFIG_INVALID */
export async function engineSettings(config: DaemonConfig): Promise<EngineSettings> {
  const { registry, labels, logLevel } = config;
  const debug = logLevel === 'debug' || logLevel === 'trace';
  const { seccompProfile, noNewPrivileges } = config.containers;
  const shown = {
    ...{ labels, debug, noNewPrivileges },
    ...(seccompProfile === '' ? {} : { seccompProfile }),
  };
  return { registry, defaults: await containerDefaults(config.containers), shown };
}
