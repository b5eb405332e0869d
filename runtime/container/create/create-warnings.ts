import type { ImageDetails } from '../../image/image-service.ts';
import { capabilityNames } from '../../launch/process/capabilities.ts';
import type { ContainerRecord } from '../model/container-record.ts';

/** What `createWarnings` goes by. */
export interface WarningSource {
  readonly record: ContainerRecord;
  readonly image: ImageDetails;
  /** Go's name of the host's processor. */
  readonly architecture: string;
  /** Whether the client itself named the platform. */
  readonly platform: 'named' | 'any';
  /** Capabilities that berthd can give on. */
  readonly capabilities: readonly string[];
}

/** What a client should know about a container that was just made. Empty for `--network none` and plain images. */
export function createWarnings(source: WarningSource): readonly string[] {
  const { record, image, architecture, platform, capabilities } = source;
  const warnings: string[] = [];
  if (platform === 'any' && image.platform.architecture !== architecture) {
    warnings.push(
      `The requested image's platform (${image.platform.os}/${image.platform.architecture}) does not match the detected host platform (linux/${architecture}) and no specific platform was requested`,
    );
  }
  if (record.hostConfig.NetworkMode === 'default') {
    warnings.push(
      'The container has a network namespace of its own with loopback only: berthd has no network "bridge", as it was told.',
    );
  }
  if (record.hostConfig.NetworkMode === 'host' && bindsPorts(record))
    warnings.push('Published ports are discarded when using host network mode');
  const missing = capabilityNames.filter((name) => !capabilities.includes(name));
  if (record.hostConfig.Privileged && missing.length > 0) {
    warnings.push(
      `This host does not allow ${missing.join(', ')}, not even to a privileged container.`,
    );
  }
  const test = record.config.Healthcheck?.Test?.[0] ?? 'NONE';
  if (!['NONE', 'CMD', 'CMD-SHELL'].includes(test)) {
    warnings.push(
      `The health check is of the type "${test}", which is none of NONE, CMD and CMD-SHELL: it is not run.`,
    );
  }
  return warnings;
}

function bindsPorts({ hostConfig }: ContainerRecord): boolean {
  return Object.keys(hostConfig.PortBindings ?? {}).length > 0;
}
