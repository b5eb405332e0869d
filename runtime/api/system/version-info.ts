import { arch, release } from 'node:os';
import { version as nodeVersion } from 'node:process';

import { currentApiVersion, minimumApiVersion } from '../http/api-version.ts';
import type { EngineIdentity } from '../services.ts';

/** The processor as Go names it. */
export function goArchitecture(): string {
  const name = arch();
  return name === 'x64' ? 'amd64' : name;
}

/** `GET /version` (`docker version`). */
export function versionInfo(identity: EngineIdentity): Readonly<Record<string, unknown>> {
  const common = {
    GitCommit: identity.commit,
    // Docker's clients show it as the language that the engine is built with.
    GoVersion: `node ${nodeVersion}`,
    Os: 'linux',
    Arch: goArchitecture(),
    KernelVersion: release(),
    BuildTime: identity.buildTime,
  };
  return {
    Platform: { Name: 'berth' },
    Version: identity.version,
    ApiVersion: currentApiVersion,
    MinAPIVersion: minimumApiVersion,
    ...common,
    // Docker leaves it out where it is not so.
    ...(identity.experimental === 'on' && { Experimental: true }),
    Components: [
      {
        Name: 'Engine',
        Version: identity.version,
        Details: {
          ApiVersion: currentApiVersion,
          MinAPIVersion: minimumApiVersion,
          Experimental: String(identity.experimental === 'on'),
          ...common,
        },
      },
    ],
  };
}
