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
  readonly shown?: Pick<EngineIdentity, 'labels' | 'debug' | 'securityOptions'>;
}

/** The settings that a configuration stands for. @throws DAEMON_CONFIG_INVALID */
export async function engineSettings(config: DaemonConfig): Promise<EngineSettings> {
  const { registry, labels, logLevel } = config;
  const debug = logLevel === 'debug' || logLevel === 'trace';
  const shown = {
    ...{ labels, debug },
    securityOptions: securityOptions(config),
  };
  return { registry, defaults: await containerDefaults(config.containers), shown };
}

/** Docker's words for what keeps containers apart. */
function securityOptions({ containers }: DaemonConfig): readonly string[] {
  const { seccompProfile, noNewPrivileges } = containers;
  return [
    `name=seccomp,profile=${seccompProfile || 'builtin'}`,
    'name=cgroupns',
    ...(noNewPrivileges ? ['name=no-new-privileges'] : []),
  ];
}
