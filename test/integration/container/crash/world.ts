import { execFileSync } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { busyboxArchive } from '../../api/busybox-image.ts';
import { RealBerthd } from '../real-berthd.ts';
import { ApiClient } from './api-client.ts';
import type { Archives } from './operations.ts';

/** One thread for file calls, so that they have one order. */
const env = { UV_THREADPOOL_SIZE: '1', UV_USE_IO_URING: '0' };

/** A berthd on folders of its own, with one image. */
export class World {
  readonly berthd = new RealBerthd();
  readonly client = new ApiClient(this.berthd.socket);
  #archives: Archives | undefined;

  get archives(): Archives {
    if (this.#archives === undefined) throw new Error('not opened');
    return this.#archives;
  }

  get dataFolder(): string {
    return join(this.berthd.root, 'data');
  }

  /** Known to every process that berthd has started for itself: it is in its environment. */
  get mark(): string {
    return `BERTH_TEST_WORLD=${this.berthd.root}`;
  }

  async open(): Promise<void> {
    await this.start();
    const { client } = this;
    const image = readFileSync(busyboxArchive(this.berthd.root));
    await client.must('POST', '/images/load', image);
    const files = this.#archiveOfOneFile();
    await client.must('POST', '/containers/create?name=source', { Image: 'bb' });
    await client.must('PUT', '/containers/source/archive?path=/', files);
    await client.must('POST', '/commit?container=source&repo=small');
    const saved = await client.must('GET', '/images/small/get');
    this.#archives = { image: Buffer.from(saved.body, 'latin1'), files };
    await this.clear();
  }

  /** Starts berthd, which has ended. */
  start(under: readonly string[] = []): Promise<void> {
    return this.berthd.start({ under, env: { ...env, BERTH_TEST_WORLD: this.berthd.root } });
  }

  async startAgain(): Promise<void> {
    await this.berthd.end('SIGKILL');
    await this.start();
  }

  /** Removes all that an operation can have made. */
  async clear(): Promise<void> {
    const { client } = this;
    for (const { Id } of await client.get<readonly { Id: string }[]>('/containers/json?all=1'))
      await client.must('DELETE', `/containers/${Id}?force=1&v=1`);
    const { Volumes } = await client.get<{ Volumes: readonly { Name: string }[] }>('/volumes');
    for (const { Name } of Volumes) await client.must('DELETE', `/volumes/${Name}`);
    const all = await client.get<readonly { Id: string; RepoTags: string[] }[]>('/images/json');
    for (const { Id, RepoTags } of all) {
      const names = RepoTags.length === 0 ? [Id] : RepoTags.filter((tag) => !kept.includes(tag));
      for (const name of names) await client.must('DELETE', `/images/${name}`);
    }
  }

  /** Ends it all, also after a fault. */
  async close(): Promise<void> {
    if (!this.berthd.isRunning) await this.start().catch(() => undefined);
    await this.clear().catch(() => undefined);
    await this.berthd.destroy();
  }

  #archiveOfOneFile(): Uint8Array {
    const path = join(this.berthd.root, 'file');
    writeFileSync(path, 'content\n'.repeat(1000));
    const archive = execFileSync('tar', ['-C', this.berthd.root, '-c', 'file']);
    rmSync(path);
    return archive;
  }
}

const kept = ['bb:latest', 'hello-world:latest'];
