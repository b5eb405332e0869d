import type { RealBerthd } from '../real-berthd.ts';
import type { Answer, ApiClient } from './api-client.ts';
import { isSuccess } from './api-client.ts';
import type { Mark } from './mark.ts';

/** Archives that operations send. */
export interface Archives {
  /** `docker save` of an image with one layer more than `bb`. */
  readonly image: Uint8Array;
  /** One file. */
  readonly files: Uint8Array;
  /** `host:port` of a registry, which is started when it is asked for. */
  readonly registry: () => Promise<string>;
}

/** Something that berthd is asked to do, and is killed under. */
export interface Operation {
  readonly name: string;
  /** Makes what it needs. */
  prepare?(client: ApiClient, archives: Archives): Promise<unknown>;
  /** Does it, with one request or more; gives the last answer, which is the first one that was no success. */
  perform(client: ApiClient, archives: Archives, berthd: RealBerthd): Promise<Answer>;
  /** What else than lists of containers, volumes and images tells whether it has happened. */
  observe?(client: ApiClient, host: Mark): Promise<unknown>;
  /** It claims certain addresses, ports or subnets, which nobody else can have meanwhile. */
  readonly claims?: true;
  /** It has steps that a client sees: one that was not told of its success may find any of them. */
  readonly steps?: true;
  /** The next berthd goes on with it (docs/decisions/0014), also after a power cut, which ends all containers. */
  readonly goesOn?: true;
  /** What it puts into files of a container that runs is the container's to sync (docs/decisions/0014): a power cut may undo it. */
  readonly unsynced?: true;
}

export const sleeper = { Image: 'bb', Cmd: ['sleep', '1000'] };

/** Nothing of a container's is waited for: its first process ignores SIGTERM. */
export const atOnce = 't=0';

export async function make(client: ApiClient, name: string, more: object = {}): Promise<void> {
  await client.must('POST', `/containers/create?name=${name}`, {
    ...sleeper,
    HostConfig: { NetworkMode: 'none' },
    ...more,
  });
}

export async function run(client: ApiClient, name: string, more: object = {}): Promise<void> {
  await make(client, name, more);
  await client.must('POST', `/containers/${name}/start`);
}

export const withVolumes = {
  Volumes: { '/tmp': {} },
  HostConfig: { NetworkMode: 'none', Binds: ['named:/data'] },
};

export const withPolicy = {
  HostConfig: { NetworkMode: 'none', RestartPolicy: { Name: 'unless-stopped' } },
};

/** Asks one after the other, as long as there is success. */
export async function inTurn(
  client: ApiClient,
  ...requests: readonly (readonly [method: string, path: string, body?: object])[]
): Promise<Answer> {
  let answer: Answer = { status: 200, body: '' };
  for (const [method, path, body] of requests) {
    answer = await client.call(method, path, body);
    if (!isSuccess(answer)) break;
  }
  return answer;
}
