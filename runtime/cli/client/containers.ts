import type { Fields } from './fields.ts';
import {
  fieldsAt,
  fieldsOf,
  flagAt,
  listOf,
  numberAt,
  optionalNumber,
  optionalText,
  textAt,
  textMapAt,
  textsAt,
} from './fields.ts';

/** A published or exposed port of a container. */
export interface PortRow {
  /** Address of the host; empty when the port is not published. */
  readonly hostAddress: string;
  readonly hostPort: number;
  readonly containerPort: number;
  readonly protocol: string;
}

/** A container as `GET /containers/json` lists it. */
export interface ContainerRow {
  readonly id: string;
  /** Without the leading slash. */
  readonly names: readonly string[];
  readonly image: string;
  readonly command: string;
  /** Seconds since 1970. */
  readonly createdSeconds: number;
  readonly ports: readonly PortRow[];
  readonly labels: Readonly<Record<string, string>>;
  readonly state: string;
  readonly status: string;
  /** Names of volumes, and paths of the host that are bound. */
  readonly mounts: readonly string[];
  readonly volumeCount: number;
  readonly networks: readonly string[];
  readonly sizeRwBytes: number;
  readonly sizeRootFsBytes: number;
}

/** What the verbs need of `GET /containers/{id}/json`. */
export interface ContainerDetail {
  readonly id: string;
  readonly terminal: boolean;
  readonly stdinOpen: boolean;
  readonly state: { readonly running: boolean; readonly paused: boolean };
}

function portRow(value: unknown): PortRow {
  const fields = fieldsOf(value, 'Ports');
  return {
    hostAddress: optionalText(fields, 'IP'),
    hostPort: optionalNumber(fields, 'PublicPort'),
    containerPort: numberAt(fields, 'PrivatePort'),
    protocol: optionalText(fields, 'Type'),
  };
}

function mountName(fields: Fields): string {
  return optionalText(fields, 'Name') || optionalText(fields, 'Source');
}

function containerRow(value: unknown): ContainerRow {
  const fields = fieldsOf(value, 'container');
  const mounts = listOf(fields['Mounts'], 'Mounts').map((mount) => fieldsOf(mount, 'Mounts'));
  return {
    id: textAt(fields, 'Id'),
    names: textsAt(fields, 'Names').map((name) => name.replace(/^\//, '')),
    image: textAt(fields, 'Image'),
    command: optionalText(fields, 'Command'),
    createdSeconds: optionalNumber(fields, 'Created'),
    ports: listOf(fields['Ports'], 'Ports').map(portRow),
    labels: textMapAt(fields, 'Labels'),
    state: optionalText(fields, 'State'),
    status: optionalText(fields, 'Status'),
    mounts: mounts.map(mountName),
    volumeCount: mounts.filter(({ Type }) => Type === 'volume').length,
    networks: Object.keys(fieldsAt(fieldsAt(fields, 'NetworkSettings'), 'Networks')),
    sizeRwBytes: optionalNumber(fields, 'SizeRw'),
    sizeRootFsBytes: optionalNumber(fields, 'SizeRootFs'),
  };
}

/**
 * The containers in the answer of `GET /containers/json`.
 *
 * @throws API_RESPONSE_INVALID
 */
export function containerRows(answer: unknown): readonly ContainerRow[] {
  return listOf(answer, 'containers').map(containerRow);
}

/**
 * The container in the answer of `GET /containers/{id}/json`.
 *
 * @throws API_RESPONSE_INVALID
 */
export function containerDetail(answer: unknown): ContainerDetail {
  const fields: Fields = fieldsOf(answer, 'container');
  const config = fieldsAt(fields, 'Config');
  const state = fieldsAt(fields, 'State');
  return {
    id: textAt(fields, 'Id'),
    terminal: flagAt(config, 'Tty'),
    stdinOpen: flagAt(config, 'OpenStdin'),
    state: { running: flagAt(state, 'Running'), paused: flagAt(state, 'Paused') },
  };
}
