import { hostname } from 'node:os';
import type { ContainerRecord } from '../model/container-record.ts';
import { programArguments } from '../spec/build-spec.ts';

/** What a log driver may say of a container, by the names that templates of tags have for it. */
export interface LogFacts {
  readonly ID: string;
  readonly FullID: string;
  readonly Name: string;
  readonly Command: string;
  readonly ImageID: string;
  readonly ImageFullID: string;
  readonly ImageName: string;
  readonly Hostname: string;
  readonly DaemonName: string;
  readonly ContainerID: string;
  /** With Docker's leading slash. */
  readonly ContainerName: string;
  readonly ContainerImageID: string;
  readonly ContainerImageName: string;
}

/** The facts of a container as it is now: its name may change. */
export function logFacts(record: ContainerRecord): LogFacts {
  const { id, name, imageId, config } = record;
  const shortImage = imageId.replace(/^sha256:/, '').slice(0, 12);
  return {
    ID: id.slice(0, 12),
    FullID: id,
    Name: name,
    Command: programArguments(config).join(' '),
    ImageID: shortImage,
    ImageFullID: imageId,
    ImageName: config.Image,
    Hostname: hostname(),
    DaemonName: 'docker',
    ContainerID: id,
    ContainerName: `/${name}`,
    ContainerImageID: imageId,
    ContainerImageName: config.Image,
  };
}
