import type { HostFiles } from '../context.ts';
import { readDaemonConfig } from './daemon-config.ts';

const dockerHub = 'https://registry-1.docker.io/v2/';

/** Where images come from: the mirrors of daemon.json, then Docker Hub; each URL is the API's root (`/v2/`). */
export async function registryUrls(files: HostFiles): Promise<readonly string[]> {
  const { registryMirrors } = await readDaemonConfig(files);
  const mirrors = registryMirrors
    .filter((url) => URL.canParse(url))
    .map((mirror) => {
      const url = new URL(mirror);
      url.pathname = `${url.pathname.replace(/\/$/, '')}/v2/`;
      return url.href;
    });
  return [...new Set([...mirrors, dockerHub])];
}
