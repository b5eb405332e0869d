import { readdirSync } from 'node:fs';
import { join } from 'node:path';

import { noFilters } from '../../../../runtime/container/query/filters.ts';
import type { FuzzedRequest } from './fuzzed-request.ts';
import { anExec } from './fuzzed-request.ts';
import type { FuzzedAnswer } from './send.ts';
import { send } from './send.ts';
import { busyboxArchive } from '../busybox-image.ts';
import { ask, post } from '../raw-http.ts';
import { TestDaemon } from '../test-daemon.ts';

const program = ['sh', '-c', 'trap "exit 0" TERM; while :; do sleep 0.1; done'];

/** An engine with a container that runs, one that does not, a volume and an image, made again when they are gone. */
export class FuzzedWorld {
  readonly daemon: TestDaemon;
  #execId = '';

  private constructor(daemon: TestDaemon) {
    this.daemon = daemon;
  }

  static async make(): Promise<FuzzedWorld> {
    // Nothing is to leave the machine, whatever a request names.
    const nowhere = 'http://127.0.0.1:1';
    const proxies = { httpProxy: nowhere, httpsProxy: nowhere, noProxy: '' };
    const daemon = await TestDaemon.start({ proxies, maxDownloadAttempts: 1 });
    busyboxArchive(daemon.root);
    const world = new FuzzedWorld(daemon);
    await world.restore();
    return world;
  }

  /** Sends what a request asks, and reads what comes back. */
  send(request: FuzzedRequest, ends: 'never' | 'by-itself'): Promise<FuzzedAnswer | undefined> {
    const target = request.target.replace(anExec, this.#execId);
    return send(this.daemon.socket, { ...request, target }, ends);
  }

  /** All that a request which was refused may not have changed. */
  async state(): Promise<unknown> {
    const all = await this.#containers();
    const images = await this.daemon.images.list();
    return {
      containers: all.map(({ record }) => record).sort((a, b) => (a.id < b.id ? -1 : 1)),
      images: images.map(({ id, repoTags }) => [id, repoTags]).sort(),
      volumes: this.daemon.engine.volumes
        .all()
        .map(({ name }) => name)
        .sort(),
      // On the disk too.
      folders: ['containers', 'volumes'].map((folder) => this.#entries(folder)),
    };
  }

  /** Makes what is gone, and takes away what came. */
  async restore(): Promise<void> {
    const { engine, images, socket } = this.daemon;
    const all = await this.#containers();
    const live = all.find(({ record }) => record.name === 'live');
    const isSound =
      live?.record.state.status === 'running' && all.some(({ record }) => record.name === 'still');
    for (const { id, record } of all) {
      if (isSound && ['live', 'still'].includes(record.name)) continue;
      await engine.remove(id, { mode: 'kill-first', volumes: 'remove' });
    }
    for (const { name } of engine.volumes.all())
      if (name !== 'vol') await engine.volumes.remove(name);
    await post(socket, '/volumes/create', { Name: 'vol' });
    for (const { id, repoTags } of await images.list()) {
      const isOwn = repoTags.length === 1 && repoTags[0] === 'bb:latest';
      if (!isOwn) await ask(socket, { method: 'DELETE', path: `/images/${id}?force=1` });
    }
    if (!(await images.list()).some(({ repoTags }) => repoTags.includes('bb:latest')))
      await this.daemon.docker(['load', '-i', join(this.daemon.root, 'bb.tar')]);
    if (!isSound) await this.#makeContainers();
    const exec = await post(socket, '/containers/live/exec', { Cmd: ['true'] });
    this.#execId = (JSON.parse(exec.body) as { Id: string }).Id;
  }

  async #makeContainers(): Promise<void> {
    const { socket } = this.daemon;
    const config = { Image: 'bb', Cmd: program, HostConfig: { NetworkMode: 'none' } };
    for (const name of ['live', 'still'])
      await post(socket, `/containers/create?name=${name}`, config);
    await post(socket, '/containers/live/start');
  }

  #containers(): ReturnType<TestDaemon['engine']['list']> {
    return this.daemon.engine.list({ scope: 'all', limit: 0, filters: noFilters });
  }

  #entries(folder: string): readonly string[] {
    return readdirSync(join(this.daemon.root, 'data', folder)).sort();
  }
}
