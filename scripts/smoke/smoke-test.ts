import { smokeMessages as m } from '../../messages/areas/smoke.ts';
import { ApiClient } from '../../runtime/cli/client/client.ts';
import { parseEndpoint } from '../../runtime/cli/client/endpoint.ts';
import { isApiStatus } from '../../runtime/cli/client/failure.ts';
import { segment } from '../../runtime/cli/client/client.ts';
import { pullImage } from '../../runtime/cli/pull-image.ts';
import { messageOf, remedyOf } from '../../messages/error-words.ts';
import { BerthError, isBerthError } from '../../runtime/errors/berth-error.ts';
import { runImage } from './run-image.ts';

/** The image that berth carries, and the same program as Docker's registry has it. */
export const carriedImage = 'hello-world:latest';
/** Another tag than the carried image's, so that a pull never replaces that. */
const registryImage = 'docker.io/library/hello-world:linux';

/** What came of the smoke test. Each half is reported by itself: the first tests the runtime, the second the network. */
export interface SmokeReport {
  readonly carried: { readonly image: string; readonly output: string };
  readonly registry:
    | { readonly kind: 'ran'; readonly image: string }
    | { readonly kind: 'unavailable'; readonly image: string; readonly why: string };
}

/** What the smoke test works with. */
export interface SmokeWork {
  /** The API's socket. */
  readonly socketPath: string;
  readonly signal: AbortSignal;
}

/**
 * Runs hello-world from the image that berth carries, then from a registry. Throws SMOKE_FAILED when the first does not
 * do what it must, or the signal's reason; that no registry answers is part of the report.
 */
export async function smokeTest(work: SmokeWork): Promise<SmokeReport> {
  const client = new ApiClient(parseEndpoint(`unix://${work.socketPath}`));
  const output = await runCarried(client, work.signal);
  return {
    carried: { image: carriedImage, output },
    registry: await runFromRegistry(client, work.signal),
  };
}

/**
 * Runs hello-world from the image that berth carries and returns what it printed. Throws SMOKE_FAILED, or the signal's
 * reason.
 */
export async function runCarried(client: ApiClient, signal: AbortSignal): Promise<string> {
  try {
    return await greet(client, carriedImage, signal);
  } catch (cause) {
    if (signal.aborted) throw signal.reason;
    if (isBerthError(cause, 'SMOKE_FAILED')) throw cause;
    throw new BerthError('SMOKE_FAILED', {
      message: m.didNotRun({ image: carriedImage, why: messageOf(cause) }),
      remedy: (isBerthError(cause) ? remedyOf(cause) : undefined) ?? m.seeLog(),
      cause,
    });
  }
}

/** Runs an image and checks that it greets. */
async function greet(client: ApiClient, image: string, signal: AbortSignal): Promise<string> {
  const { exitCode, output, errors } = await runImage(client, image, signal);
  if (exitCode === 0 && output.includes('Hello from')) return output;
  throw new BerthError('SMOKE_FAILED', {
    message: m.wrongEnd({
      image,
      status: exitCode,
      output: (output + errors).slice(0, 200),
    }),
    remedy: m.seeLog(),
    details: { image, exitCode },
  });
}

/** Pulls hello-world, runs it and removes it again. Throws the signal's reason only. */
export async function runFromRegistry(
  client: ApiClient,
  signal: AbortSignal,
): Promise<SmokeReport['registry']> {
  const image = registryImage;
  const known = await isKnown(client, image);
  try {
    await pullImage({ client, image, signal });
    await greet(client, image, signal);
    return { kind: 'ran', image };
  } catch (error) {
    if (signal.aborted) throw signal.reason;
    return { kind: 'unavailable', image, why: messageOf(error) };
  } finally {
    if (!known) await removeImage(client, image);
  }
}

async function isKnown(client: ApiClient, image: string): Promise<boolean> {
  try {
    await client.json({ method: 'GET', path: `/images/${segment(image)}/json` });
    return true;
  } catch (error) {
    if (isApiStatus(error, 404)) return false;
    throw error;
  }
}

/** A test leaves nothing behind: what it has pulled goes again. */
async function removeImage(client: ApiClient, image: string): Promise<void> {
  try {
    await client.text({ method: 'DELETE', path: `/images/${segment(image)}` });
  } catch {
    // It never arrived, or it is in use by now: neither matters to the result.
  }
}
