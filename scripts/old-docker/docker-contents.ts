import { join } from 'node:path';
import { ApiClient } from '../../runtime/cli/client/client.ts';
import { parseEndpoint } from '../../runtime/cli/client/endpoint.ts';
import { fieldsOf } from '../../runtime/cli/client/fields.ts';
import { listFolder, orIfMissing, readdir } from '../../runtime/host/files.ts';
import type { CommandRunner } from '../host/commands.ts';
import type { DockerContents, DockerInstallation } from './docker-installation.ts';

/** Counting and measuring may take long on a large host, and is only for information. */
const timeoutMs = 15_000;

/** What a Docker holds: asked of its daemon, or counted in its data root when it does not run. Changes nothing. */
export async function dockerContents(
  docker: DockerInstallation,
  run: CommandRunner,
): Promise<DockerContents> {
  if (docker.dataRoot === undefined) return {};
  const [counts, sizeBytes] = await Promise.all([
    countObjects(docker, docker.dataRoot),
    sizeOf(docker.dataRoot, run),
  ]);
  return { ...counts, ...(sizeBytes === undefined ? {} : { sizeBytes }) };
}

async function countObjects(docker: DockerInstallation, dataRoot: string): Promise<DockerContents> {
  for (const socket of docker.daemon?.sockets ?? []) {
    const answer = await ask(socket).catch(() => undefined);
    if (answer !== undefined) return answer;
  }
  return countOnDisk(dataRoot);
}

async function ask(socket: string): Promise<DockerContents> {
  const client = new ApiClient(parseEndpoint(`unix://${socket}`));
  const signal = AbortSignal.timeout(timeoutMs);
  const info = fieldsOf(await client.json({ method: 'GET', path: '/info', signal }), 'info');
  const answer = fieldsOf(
    await client.json({ method: 'GET', path: '/volumes', signal }),
    'volumes',
  );
  const volumes = answer['Volumes'];
  const number = (name: string): number | undefined =>
    typeof info[name] === 'number' ? info[name] : undefined;
  return defined({
    containers: number('Containers'),
    running: number('ContainersRunning'),
    images: number('Images'),
    volumes: Array.isArray(volumes) ? volumes.length : 0,
  });
}

/** Docker's own layout: a folder a container, a file an image in its driver's database, a folder a volume. */
async function countOnDisk(dataRoot: string): Promise<DockerContents> {
  const images = (await listFolder(join(dataRoot, 'image'))).map((driver) =>
    listFolder(join(dataRoot, 'image', driver, 'imagedb/content/sha256')),
  );
  const volumes = await orIfMissing(
    readdir(join(dataRoot, 'volumes'), { withFileTypes: true }),
    [],
  );
  return {
    containers: (await listFolder(join(dataRoot, 'containers'))).length,
    running: 0,
    images: (await Promise.all(images)).flat().length,
    volumes: volumes.filter((entry) => entry.isDirectory()).length,
  };
}

/** du(1) stays on one file system: what containers have mounted is not counted twice. */
async function sizeOf(dataRoot: string, run: CommandRunner): Promise<number | undefined> {
  const { stdout } = await run('du', ['-sxk', dataRoot], { timeoutMs });
  const kib = Number(/^(\d+)/.exec(stdout)?.[1]);
  return Number.isNaN(kib) ? undefined : kib * 1024;
}

function defined(counts: {
  readonly [K in keyof DockerContents]: DockerContents[K] | undefined;
}): DockerContents {
  return Object.fromEntries(Object.entries(counts).filter(([, value]) => value !== undefined));
}
