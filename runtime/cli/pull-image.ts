import { systemClock } from '../host/clock.ts';
import type { ConsoleOutput } from '../host/console.ts';
import type { ApiClient } from './client/client.ts';
import { splitImageName } from './client/reference.ts';
import type { EngineContext } from './context.ts';
import { showProgress } from './show-progress.ts';

/** What to pull, and where to show it. */
export interface PullRequest {
  readonly client: ApiClient;
  readonly image: string;
  /** Whose logins are sent; `undefined`: none. */
  readonly context?: EngineContext;
  /** `all` fetches every tag of the repository; else the one that is named. */
  readonly tags?: 'one' | 'all';
  readonly platform?: string | undefined;
  /** `undefined`: nothing is shown. */
  readonly output?: ConsoleOutput | undefined;
  readonly signal?: AbortSignal;
}

/** Loaded only when an image is pulled: `berth run` starts faster without it. */
async function loginFor(context: EngineContext, name: string): Promise<Record<string, string>> {
  const { registryAuth } = await import('./credentials/auth-header.ts');
  return registryAuth(context, name);
}

/**
 * Makes the daemon pull an image, with the user's login for its registry. Resolves when it has it.
 *
 * @throws IMAGE_PULL_FAILED, CREDENTIAL_HELPER_FAILED, or the daemon's own code
 */
export async function pullImage(request: PullRequest): Promise<void> {
  const { context, client, image, tags, platform, output, signal } = request;
  const { name, tag } = splitImageName(image);
  const messages = await client.stream({
    method: 'POST',
    path: '/images/create',
    // Without a tag the API means all of them.
    query: { fromImage: name, tag: tags === 'all' ? undefined : tag, platform },
    headers: context === undefined ? undefined : await loginFor(context, name),
    ...(signal === undefined ? {} : { signal }),
  });
  const { clock } = context ?? { clock: systemClock };
  await showProgress(messages, { output, clock, failure: 'IMAGE_PULL_FAILED' });
}
