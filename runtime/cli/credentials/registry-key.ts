/** The key of Docker Hub in docker's configuration file, and the address that helpers know it by. */
export const dockerHubKey = 'https://index.docker.io/v1/';

const dockerHubHosts = ['docker.io', 'index.docker.io'];

/**
 * The host and port in an address such as `https://ghcr.io/v2/`, `http://10.0.0.1:5000` or `ghcr.io`. An IPv6 host
 * keeps its brackets.
 */
export function hostOf(address: string): string {
  const withoutScheme = address.replace(/^[a-z][a-z0-9+.-]*:\/\//i, '');
  const [authority = ''] = withoutScheme.split('/');
  return authority.slice(authority.lastIndexOf('@') + 1);
}

/** The key under which the credentials of a registry are kept: its host and port, but for Docker Hub an old URL. */
export function credentialsKey(server: string): string {
  if (server === '' || server === dockerHubKey) return dockerHubKey;
  const host = hostOf(server);
  return dockerHubHosts.includes(host) ? dockerHubKey : host;
}

/**
 * The registry in an image's name, as Docker tells it from a folder: its first part is one when it has a dot, a
 * colon or an upper case letter, or is `localhost`. `docker.io` for all others.
 */
export function registryOfImage(image: string): string {
  const slash = image.indexOf('/');
  const first = slash < 0 ? '' : image.slice(0, slash);
  const isHost = /[.:]/.test(first) || first === 'localhost' || first !== first.toLowerCase();
  return isHost && !dockerHubHosts.includes(first) ? first : 'docker.io';
}
