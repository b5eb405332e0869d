import type { ConsoleOutput } from '../host/console.ts';
import type { ApiClient } from './client/client.ts';
import { jsonMessages } from './client/json-messages.ts';
import { splitImageName } from './client/reference.ts';
import { ProgressRenderer } from './render/progress.ts';

/** What to pull, and where to show it. */
export interface PullRequest {
  readonly client: ApiClient;
  readonly image: string;
  readonly platform?: string | undefined;
  /** `undefined`: nothing is shown. */
  readonly output?: ConsoleOutput | undefined;
  readonly signal?: AbortSignal;
}

/** Shows the messages of a stream on `output`, to its end; throws IMAGE_PULL_FAILED for an error in it. */
export async function showProgress(
  messages: AsyncIterable<Uint8Array>,
  output: ConsoleOutput | undefined,
): Promise<void> {
  const renderer = new ProgressRenderer(output?.isTerminal === true ? 'terminal' : 'lines');
  for await (const message of jsonMessages(messages)) {
    const text = renderer.render(message);
    if (text !== '') await output?.write(text);
  }
}

/**
 * Makes the daemon pull an image. Resolves when it has it.
 *
 * @throws IMAGE_PULL_FAILED, or the daemon's own code
 */
export async function pullImage({
  client,
  image,
  platform,
  output,
  signal,
}: PullRequest): Promise<void> {
  const { name, tag } = splitImageName(image);
  const messages = await client.stream({
    method: 'POST',
    path: '/images/create',
    query: { fromImage: name, tag, platform },
    ...(signal === undefined ? {} : { signal }),
  });
  await showProgress(messages, output);
}
