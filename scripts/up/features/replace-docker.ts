import { dirname, join } from 'node:path';
import { Option } from 'commander';
import { oldDockerMessages as m } from '../../../messages/areas/old-docker.ts';
import { dataRootOf } from '../../../templates/daemon-json.ts';
import { BerthError } from '../../../runtime/errors/berth-error.ts';
import { exists, readTextIfExists, removeFile, statfs } from '../../../runtime/host/files.ts';
import { places } from '../../host/places.ts';
import { dockerContents } from '../../old-docker/docker-contents.ts';
import type { DockerInstallation } from '../../old-docker/docker-installation.ts';
import { findDocker } from '../../old-docker/find-docker.ts';
import { imagesOf, type DockerImages } from '../../old-docker/images-of.ts';
import { importVolumes } from '../../old-docker/import-volumes.ts';
import { loadImages } from '../../old-docker/load-images.ts';
import { describeDocker } from '../../old-docker/render-docker.ts';
import { stepThatStops } from '../../old-docker/step-that-stops.ts';
import type { Step } from '../../steps/index.ts';
import { formatBytes } from '../../ui/format-bytes.ts';
import { nothingPlanned, type UpFeature } from './feature.ts';

/** Saved before Docker stops, loaded and removed when berth's engine answers. */
const archive = join(places.provisionFolder, 'docker-images.tar');
const importable = ['images', 'volumes'] as const;
type Importable = (typeof importable)[number];

interface ReplaceOptions {
  readonly replaceDocker?: true;
  readonly importDocker?: readonly Importable[];
}

/** `berth up --replace-docker [--import-docker images,volumes]`. */
export const replaceDocker: UpFeature = {
  name: 'replace-docker',
  define: (command) => {
    command
      .option('--replace-docker', m.optionReplace())
      .addOption(new Option('--import-docker <what>', m.optionImport()).argParser(parseImport));
  },
  request: (raw) => {
    const options: ReplaceOptions = raw;
    if (options.replaceDocker === undefined) {
      if (options.importDocker === undefined) return {};
      throw new BerthError('USAGE', { message: m.importAlone(), remedy: m.importRemedy() });
    }
    const what = options.importDocker;
    return { replaceDocker: true, ...(what === undefined ? {} : { importDocker: what.join(',') }) };
  },
  plan: async (raw, env) => {
    const options: ReplaceOptions = raw;
    if (options.replaceDocker === undefined) return nothingPlanned;
    const steps: Step[] = [];
    const summary: string[] = [];
    for (const docker of await findDocker(env.host.run)) {
      const step = await stepThatStops(docker, env.host);
      if (step === undefined) continue;
      if (options.importDocker?.includes('images') === true)
        steps.push(...(await saveStep(docker)));
      steps.push(step);
      env.tell(
        `${describeDocker(docker, await dockerContents(docker, env.host.run))}; ${m.isReplaced()}`,
      );
      summary.push(m.summary({ name: docker.name }));
    }
    return { before: steps, after: [], daemonConfig: {}, summary };
  },
  whenReady: {
    key: 'importDocker',
    run: async (request, env) => {
      const what = String(request['importDocker']).split(',');
      if (what.includes('images')) await takeImages(env);
      if (what.includes('volumes')) await takeVolumes(env);
    },
  },
};

function parseImport(value: string): readonly Importable[] {
  const parts = value.split(',');
  const known = importable.filter((part) => parts.includes(part));
  if (known.length === parts.length) return known;
  throw new BerthError('USAGE', { message: m.importInvalid({ value }), remedy: m.importRemedy() });
}

/** Images are handed out by a Docker that runs, so a copy of them has to be made before it is stopped. */
async function saveStep(docker: DockerInstallation): Promise<readonly Step[]> {
  const socket = docker.daemon?.sockets[0];
  if (socket === undefined) return [];
  const { names, sizeBytes } = await answering(socket);
  if (names.length === 0) return [];
  await requireRoom(sizeBytes);
  return [{ kind: 'save-images', socket, images: [...names], path: archive }];
}

async function answering(socket: string): Promise<DockerImages> {
  try {
    return await imagesOf(socket);
  } catch (cause) {
    throw new BerthError('OLD_DOCKER_IMPORT_FAILED', {
      message: m.notAnswering({ socket }),
      remedy: m.notAnsweringRemedy(),
      details: { socket },
      cause,
    });
  }
}

/** The archive and the images that are made of it are there at the same time. */
async function requireRoom(sizeBytes: number): Promise<void> {
  const path = dirname(places.stateFolder);
  const { bavail, bsize } = await statfs(path);
  const free = bavail * bsize;
  if (free > 2 * sizeBytes) return;
  throw new BerthError('OLD_DOCKER_IMPORT_FAILED', {
    message: m.noRoom({ needed: formatBytes(2 * sizeBytes), free: formatBytes(free), path }),
    remedy: m.noRoomRemedy(),
    details: { neededBytes: 2 * sizeBytes, freeBytes: free },
  });
}

type ReadyEnvironment = Parameters<NonNullable<UpFeature['whenReady']>['run']>[1];

/** The archive is there until it is loaded whole: a run that was killed in between loads it the next time. */
async function takeImages({ host, context, engine, tell }: ReadyEnvironment): Promise<void> {
  const path = host.path(archive);
  if (!(await exists(path))) return;
  const { socketPath } = engine;
  const count = await loadImages(path, { socketPath, signal: context.signal });
  tell(m.imagesImported({ count }));
  await removeFile(path);
}

async function takeVolumes({ host, context, tell }: ReadyEnvironment): Promise<void> {
  const text = await readTextIfExists(host.path(places.daemonConfig));
  const dataRoot = dataRootOf({ path: places.daemonConfig, text }) ?? places.dataRoot;
  for (const docker of await findDocker(host.run)) {
    if (docker.dataRoot === undefined || docker.kind === 'rootless') continue;
    await importVolumes({
      from: join(docker.dataRoot, 'volumes'),
      to: join(host.path(dataRoot), 'volumes'),
      run: host.run,
      tell,
      signal: context.signal,
    });
  }
}
