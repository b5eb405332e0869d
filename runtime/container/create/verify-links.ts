import { BerthError, messageOf } from '../../errors/berth-error.ts';
import type { HostConfig } from '../model/host-config.ts';

/**
 * Checks the links of a container without a network, which are names and nothing else: Docker gives environment variables
 * and host names for the default bridge alone. Clients such as docker-compose's `run` send them all the same.
 *
 * @param find throws when there is no container of a name
 * @throws CONTAINER_CONFIG_INVALID
 */
export function verifyLinks(
  { Links }: Pick<HostConfig, 'Links'>,
  find: (name: string) => void,
): void {
  for (const link of Links ?? []) {
    const [name = '', ...aliases] = link.split(':');
    if (name === '') throw invalid(link, 'empty string specified for links');
    if (aliases.length > 1) throw invalid(link, `bad format for links: ${link}`);
    try {
      find(name);
    } catch (error) {
      throw invalid(link, `could not get container for ${name}: ${messageOf(error)}`);
    }
  }
}

function invalid(value: string, message: string): BerthError {
  return new BerthError('CONTAINER_CONFIG_INVALID', {
    message,
    remedy: 'Write a container that is there and, when wanted, ":" and another name for it.',
    details: { field: 'HostConfig.Links', value },
  });
}
