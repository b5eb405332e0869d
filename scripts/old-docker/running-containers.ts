import { oldDockerMessages as m } from '../../messages/areas/old-docker.ts';
import { ApiClient, segment } from '../../runtime/cli/client/client.ts';
import { parseEndpoint } from '../../runtime/cli/client/endpoint.ts';
import { fieldsOf, listOf, textAt } from '../../runtime/cli/client/fields.ts';
import { messageOf } from '../../messages/error-words.ts';
import { systemClock } from '../../runtime/host/clock.ts';
import { answers } from '../up/wait-for-daemon.ts';

/** A container of Docker, by which it is found again. */
export interface DockerContainer {
  readonly id: string;
  readonly name: string;
}

/** One that would not start, and what Docker said. */
export interface FailedStart extends DockerContainer {
  readonly why: string;
}

/** Asking takes no longer, in milliseconds. */
const askTimeoutMs = 15_000;
/** A dockerd with many containers takes its time until it answers, in milliseconds. */
const answerTimeoutMs = 60_000;
/** Starting one may mean to mount a slow disk, in milliseconds. */
const startTimeoutMs = 60_000;
const pollMs = 100;

/** The containers that run now, oldest first; none when no Docker answers at any of these sockets. Throws API_*. */
export async function runningContainers(
  sockets: readonly string[],
): Promise<readonly DockerContainer[]> {
  const socket = await firstAnswering(sockets);
  if (socket === undefined) return [];
  const signal = AbortSignal.timeout(askTimeoutMs);
  const answer = await clientOf(socket).json({ method: 'GET', path: '/containers/json', signal });
  return listOf(answer, 'containers').map(containerOf).toReversed();
}

function containerOf(entry: unknown): DockerContainer {
  const fields = fieldsOf(entry, 'container');
  const id = textAt(fields, 'Id');
  const names = listOf(fields['Names'], 'Names').filter((name) => typeof name === 'string');
  // A name with more slashes is that of a link (Docker Engine API 1.41).
  const own = names.map((name) => name.slice(1)).find((name) => !name.includes('/'));
  return { id, name: own ?? id.slice(0, 12) };
}

/**
 * Starts containers once Docker answers at one of the sockets; those that run already are left as they are. What fails for
 * one does not stop the others; returns those that did not start.
 */
export async function startAgain(
  containers: readonly DockerContainer[],
  sockets: readonly string[],
): Promise<readonly FailedStart[]> {
  if (containers.length === 0) return [];
  const socket = await waitForAny(sockets);
  if (socket === undefined) {
    const why = m.stillSilent({ seconds: answerTimeoutMs / 1000 });
    return containers.map((container) => ({ ...container, why }));
  }
  const client = clientOf(socket);
  // One that uses another's network or volumes starts only after that: so as long as there is progress, once more.
  for (let waiting = containers; ;) {
    const failed: FailedStart[] = [];
    for (const container of waiting) failed.push(...(await start(container, client)));
    if (failed.length === 0 || failed.length === waiting.length) return failed;
    waiting = failed;
  }
}

async function start(
  { id, name }: DockerContainer,
  client: ApiClient,
): Promise<readonly FailedStart[]> {
  try {
    const signal = AbortSignal.timeout(startTimeoutMs);
    await client.text({ method: 'POST', path: `/containers/${segment(id)}/start`, signal });
    return [];
  } catch (error) {
    return [{ id, name, why: messageOf(error) }];
  }
}

async function firstAnswering(sockets: readonly string[]): Promise<string | undefined> {
  for (const socket of sockets) if (await answers(socket)) return socket;
  return undefined;
}

/** The first socket at which a Docker answers; `undefined` when none does in time. */
async function waitForAny(sockets: readonly string[]): Promise<string | undefined> {
  const deadline = systemClock.now() + answerTimeoutMs;
  for (;;) {
    const socket = await firstAnswering(sockets);
    if (socket !== undefined || systemClock.now() >= deadline) return socket;
    await systemClock.sleep(pollMs);
  }
}

const clientOf = (socket: string): ApiClient => new ApiClient(parseEndpoint(`unix://${socket}`));
