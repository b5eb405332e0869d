import { Readable } from 'node:stream';
import { BerthError } from '../../errors/berth-error.ts';
import { interruptible } from '../console/interruptible.ts';
import { archiveCall, containerDestination } from './container-path.ts';
import { refusedCopy } from './copy-error.ts';
import type { CopyInput } from './copy-input.ts';
import type { CopyEnd } from './copy-path.ts';
import { absoluteHostPath, shown } from './copy-path.ts';
import type { CopyDestination } from './copy-plan.ts';
import { planCopy } from './copy-plan.ts';
import { CopyProgress } from './copy-progress.ts';
import { hostSource } from './host-path.ts';
import { packHost } from './pack-host.ts';

/** An end of a copy that is in a container. */
export type ContainerEnd = CopyEnd & { readonly container: string };

/**
 * Copies from this host to a container, or extracts the archive on standard input there for `-`.
 *
 * @throws COPY_INVALID, COPY_FAILED, INTERRUPTED, or what the daemon refuses with
 */
export async function copyToContainer(
  input: CopyInput,
  from: string,
  to: ContainerEnd,
): Promise<void> {
  const destination = await containerDestination(input.client, to.container, to.path);
  if (from === '-') await sendInput(input, to, destination);
  else await sendFiles(input, { from, to, destination });
}

async function sendInput(
  input: CopyInput,
  to: ContainerEnd,
  { path, found }: CopyDestination,
): Promise<void> {
  if (found === 'file') {
    throw refusedCopy(
      `'${shown(to.path)}' is a file, wanted a folder to extract an archive in`,
      'Name a folder.',
    );
  }
  const { console } = input.context;
  if (console.input.isTerminal) {
    throw new BerthError('OPTION_INVALID', {
      message: 'standard input is a terminal, wanted a tar archive',
      remedy: 'For example: tar c files | berth cp - name:/folder',
    });
  }
  await upload(input, { container: to.container, folder: path, source: console.input.stream });
  console.input.release();
}

interface FilesToSend {
  readonly from: string;
  readonly to: ContainerEnd;
  readonly destination: CopyDestination;
}

async function sendFiles(input: CopyInput, { from, to, destination }: FilesToSend): Promise<void> {
  const { context, options } = input;
  const path = absoluteHostPath(from, context.workingDirectory);
  const source = await hostSource(path, options.followLink ? 'follow' : 'copy');
  const plan = planCopy(source, destination);
  const progress = new CopyProgress(context, 'Copying to container -', options.quiet);
  const packed = packHost({ path: source.path, root: plan.root, onContent: progress.add });
  const problem: { error?: unknown } = {};
  const body = Readable.from(remembering(packed, problem), { objectMode: false });
  try {
    await upload(input, { container: to.container, folder: plan.folder, source: body });
  } catch (error) {
    // A file that cannot be read ends the request; what the connection says of that is not the cause.
    throw problem.error ?? error;
  }
  await progress.end(`${to.container}:${shown(to.path)}`);
}

async function* remembering(
  source: AsyncIterable<Uint8Array>,
  problem: { error?: unknown },
): AsyncGenerator<Uint8Array, void> {
  try {
    yield* source;
  } catch (error) {
    problem.error = error;
    throw error;
  }
}

interface Upload {
  readonly container: string;
  readonly folder: string;
  readonly source: Readable;
}

async function upload(
  { context, client, options }: CopyInput,
  { container, folder, source }: Upload,
): Promise<void> {
  const call = archiveCall('PUT', container, folder);
  const query = {
    ...call.query,
    noOverwriteDirNonDir: true,
    ...(options.archive ? { copyUIDGID: true } : {}),
  };
  await interruptible(context.console, (signal) =>
    client.text({ ...call, query, upload: source, signal }),
  );
}
