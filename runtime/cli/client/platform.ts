import { BerthError } from '../../errors/berth-error.ts';
import { optionError } from '../create/option-error.ts';
import type { ApiClient } from './client.ts';
import { olderVersion } from './client.ts';

/**
 * The value of `--platform`, such as `linux/arm64/v8`, as newer requests want it: JSON. `since` is the API version from
 * which the request has it; an older daemon would leave it unread, and give something else than was asked for.
 *
 * @throws OPTION_INVALID
 */
export async function platformQuery(
  client: ApiClient,
  text: string | undefined,
  since: string,
): Promise<string | undefined> {
  if (text === undefined) return undefined;
  const [os = '', architecture = '', variant, ...rest] = text.split('/');
  if (os === '' || architecture === '' || variant === '' || rest.length > 0) {
    throw optionError('--platform', text, {
      wanted: 'system and architecture',
      example: 'linux/arm64',
    });
  }
  const spoken = await client.version();
  if (spoken !== since && olderVersion(spoken, since) === spoken) {
    throw new BerthError('OPTION_INVALID', {
      message: `--platform is '${text}', and the daemon speaks API ${spoken}, wanted ${since} or newer`,
      remedy: 'Leave it out, or use a newer daemon.',
      details: { spoken, since },
    });
  }
  return JSON.stringify({ os, architecture, variant });
}
