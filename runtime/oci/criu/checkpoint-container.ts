import { posix } from 'node:path';
import { detectCgroups } from '../../cgroup/detect.ts';
import { BerthError } from '../../errors/berth-error.ts';
import { exists, mkdir, readFile } from '../../host/files.ts';
import { externalOnDump, networkPath, refuseUncheckpointable } from '../../launch/criu/external.ts';
import { runCriu } from '../../launch/criu/run-criu.ts';
import { outsideStreams, streamsOf, writeStreamNames } from '../../launch/criu/streams.ts';
import { parseSpecText } from '../../spec/parse-spec.ts';
import { notifyFolder } from '../notify/notify-socket.ts';
import type { ContainerFolder } from '../state/container-folder.ts';
import type { StoredState } from '../state/stored-state.ts';
import type { CriuRequest } from './criu-options.ts';

/** What `checkpoint` is told. */
export interface CheckpointRequest extends CriuRequest {
  readonly criu: string;
  /** `pre-dump`: memory only. */
  readonly action: 'dump' | 'pre-dump';
  /** Further arguments. */
  readonly own: readonly string[];
}

/**
 * Writes a container into images, and ends it unless the arguments say otherwise.
 * @throws SPEC_UNSUPPORTED, CRIU_FAILED: the container goes on.
 */
export async function checkpointContainer(
  folder: ContainerFolder,
  state: StoredState,
  request: CheckpointRequest,
): Promise<void> {
  const { action, images, work, shared, own } = request;
  const spec = parseSpecText(await readFile(folder.configFile, 'utf8'));
  const { version } = await detectCgroups();
  refuseUncheckpointable(spec, { cgroups: version === 'v2' ? 'v2' : 'v1' });
  if (await exists(notifyFolder(folder))) {
    throw new BerthError('SPEC_UNSUPPORTED', {
      message: 'a container that was created with NOTIFY_SOCKET cannot be checkpointed by berth',
      remedy: 'Create it without NOTIFY_SOCKET in the environment of "berth oci".',
      details: { fields: ['NOTIFY_SOCKET'] },
    });
  }
  for (const each of [images, work]) await mkdir(each, { recursive: true, mode: 0o700 });
  const streams = await streamsOf(state.process.pid);
  await writeStreamNames(images, streams);
  const log = `${action}.log`;
  const args = [
    action,
    ...['--tree', String(state.process.pid), '--images-dir', images, '--work-dir', work],
    ...['--log-file', log, '-v4', '--root', state.rootfs],
    ...freezer(state),
    ...outsideStreams(streams),
    ...(await externalOnDump(spec, { network: networkPath(spec) })),
    ...shared,
    ...own,
  ];
  await runCriu(request.criu, { args, log: posix.join(work, log) });
}

/** With it CRIU finds every process, also one that is forked meanwhile. */
function freezer({ cgroup }: StoredState): readonly string[] {
  return cgroup.freezer === undefined
    ? []
    : ['--freeze-cgroup', posix.dirname(cgroup.freezer.file)];
}
