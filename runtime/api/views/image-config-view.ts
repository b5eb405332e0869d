import type { ImageConfig, ImageRunConfig } from '../../image/image-config.ts';
import { isAtLeast } from '../http/api-version.ts';

/** Fields that Docker always shows of an image's configuration, set or not. */
const alwaysShown = {
  Cmd: null,
  Entrypoint: null,
  Env: null,
  Labels: null,
  OnBuild: null,
  User: '',
  Volumes: null,
  WorkingDir: '',
};

/** Fields of containers, which images had too before API 1.50. */
const shownBefore150 = {
  AttachStderr: false,
  AttachStdin: false,
  AttachStdout: false,
  Domainname: '',
  Hostname: '',
  Image: '',
  OpenStdin: false,
  StdinOnce: false,
  Tty: false,
};

/** How a container of an image runs, as `docker inspect` shows it. */
export function imageConfigView(config: ImageRunConfig, version: string): object {
  return { ...(isAtLeast(version, '1.50') ? {} : shownBefore150), ...alwaysShown, ...config };
}

/** What Docker's first builder left in an image, which clients before API 1.45 expect. */
export function legacyContainerConfig(raw: ImageConfig): object {
  const { container, container_config: config } = raw as Readonly<Record<string, unknown>>;
  return {
    ...(typeof container === 'string' && container !== '' ? { Container: container } : {}),
    ContainerConfig: {
      ...shownBefore150,
      ...alwaysShown,
      ...(typeof config === 'object' ? config : {}),
    },
  };
}
