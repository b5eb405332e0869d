import { join } from 'node:path';

/** Where containers are kept. */
export interface ContainerPaths {
  /** `<data-root>/containers`: on a disk. */
  readonly dataFolder: string;
  /** `<data-root>/volumes`: on a disk. */
  readonly volumesFolder: string;
  /** `/run/berth/containers`: gone after a reboot. */
  readonly runFolder: string;
}

/** Paths of one container. */
export interface ContainerFolder {
  readonly folder: string;
  /** Its existence says that the container exists. */
  readonly record: string;
  /** Output as Docker's json-file driver keeps it; older files have numbers behind this name. */
  readonly log: string;
  /** The same for other drivers: who reads it is to ask berthd. */
  readonly ownLog: string;
  /** How far output has been sent to where it goes. */
  readonly logCursor: string;
  readonly hostname: string;
  readonly hosts: string;
  readonly resolvConf: string;
  /** Those that no other directory was named for. */
  readonly checkpoints: string;
  /** What CRIU has written of its work, the last time. */
  readonly criuLogs: string;
  /** Shared memory that it lends to others, mounted while it runs. */
  readonly shm: string;
  /** Images that it has mounted: a folder for each, named after its layers' ChainID. */
  readonly images: string;
  /** The monitor's socket and exit record. */
  readonly runFolder: string;
}

/** Where a container has the files of an image. @param chainId of its layers */
export function imageFolder({ images }: Pick<ContainerFolder, 'images'>, chainId: string): string {
  return join(images, chainId.slice(chainId.indexOf(':') + 1));
}

/** The paths of the container `id`. */
export function folderOf(paths: ContainerPaths, id: string): ContainerFolder {
  const folder = join(paths.dataFolder, id);
  return {
    folder,
    record: `${folder}/container.json`,
    log: `${folder}/${id}-json.log`,
    ownLog: `${folder}/output.log`,
    logCursor: `${folder}/output.sent`,
    hostname: `${folder}/hostname`,
    hosts: `${folder}/hosts`,
    resolvConf: `${folder}/resolv.conf`,
    checkpoints: `${folder}/checkpoints`,
    criuLogs: `${folder}/criu`,
    shm: `${folder}/shm`,
    images: `${folder}/images`,
    // Half of the id: the monitor's socket is in it, and unix(7) allows 107 bytes for its path.
    runFolder: join(paths.runFolder, id.slice(0, 32)),
  };
}
