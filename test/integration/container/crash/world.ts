import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

import { startRegistryProcess } from '../../../support/registry-process.ts';
import type { RegistryProcess } from '../../../support/registry-process.ts';
import { busyboxArchive } from '../../api/busybox-image.ts';
import { RealBerthd } from '../real-berthd.ts';
import { ApiClient } from './api-client.ts';
import { standInForCriu } from './criu.ts';
import { Mark } from './mark.ts';
import type { OwnProcess } from './mark.ts';
import { networksOf } from './network-view.ts';
import type { Archives } from './operation.ts';

/** One thread for file calls, so that they have one order. */
const env = { UV_THREADPOOL_SIZE: '1', UV_USE_IO_URING: '0' };

/** A berthd on folders of its own, with one image. */
export class World {
  /** Its default bridge has IPv6, too. */
  readonly berthd = new RealBerthd({ ipv6: true, 'fixed-cidr-v6': 'fd00:b::/64' });
  readonly client = new ApiClient(this.berthd.socket);
  readonly #mounts: (() => string) | undefined;
  #host: Mark | undefined;
  #archives: Archives | undefined;
  #registry: { readonly host: Mark; readonly started: Promise<RegistryProcess> } | undefined;

  /** @param mounts A command of sh that arranges mounts for each host; absent: they have those of the machine. */
  constructor(mounts?: () => string) {
    this.#mounts = mounts;
  }

  /** Where berthd is. It is there from a start of berthd until `endHost`; the next start makes another one. */
  get host(): Mark {
    if (this.#host === undefined) throw new Error('there is no host before berthd was started');
    return this.#host;
  }

  /** Ends it, as a machine that loses power: nothing may run there. */
  endHost(): void {
    this.#host?.end();
    this.#host = undefined;
  }

  get archives(): Archives {
    if (this.#archives === undefined) throw new Error('not opened');
    return this.#archives;
  }

  get dataFolder(): string {
    return join(this.berthd.root, 'data');
  }

  /** Processes of berthd's own: itself, launchers, monitors, and what is about to be a container. */
  processes(): readonly OwnProcess[] {
    return this.#host?.processes() ?? [];
  }

  /** A folder of programs that berthd finds before those of the machine. */
  get #programs(): string {
    return join(this.berthd.root, 'programs');
  }

  async open(): Promise<void> {
    mkdirSync(this.#programs);
    writeFileSync(join(this.#programs, 'criu'), standInForCriu, { mode: 0o755 });
    await this.start();
    const { client } = this;
    const image = readFileSync(busyboxArchive(this.berthd.root));
    await client.must('POST', '/images/load', image);
    const files = this.#archiveOfOneFile();
    await client.must('POST', '/containers/create?name=source', { Image: 'bb' });
    await client.must('PUT', '/containers/source/archive?path=/', files);
    await client.must('POST', '/commit?container=source&repo=small');
    const saved = await client.must('GET', '/images/small/get');
    const archive = Buffer.from(saved.body, 'latin1');
    this.#archives = { image: archive, files, registry: () => this.#registryHost() };
    await this.clear();
  }

  /** Starts berthd, which has ended. */
  async start(tracer: readonly string[] = []): Promise<void> {
    this.#host ??= new Mark(this.#mounts?.());
    const host = await this.#host.command();
    // A tracer lets go of what executes another program: nothing may come between it and berthd.
    const PATH = `${this.#programs}:${process.env['PATH'] ?? ''}`;
    await this.berthd.start({ under: [...host, ...tracer], env: { ...env, PATH } });
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
    for (const { Id } of await networksOf(client)) await client.must('DELETE', `/networks/${Id}`);
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
    await this.destroy();
  }

  /** Ends it when no container is there any more. */
  async destroy(): Promise<void> {
    await this.berthd.destroy();
    this.endHost();
    await (await this.#registry?.started)?.stop();
  }

  /** It is where berthd is, always at the same port, and keeps what it has when there is another host. */
  async #registryHost(): Promise<string> {
    const { host } = this;
    if (this.#registry?.host !== host) {
      await (await this.#registry?.started)?.stop();
      const options = {
        ...{ under: host.inNetwork, port: 5000, storage: join(this.berthd.root, 'registry') },
      };
      this.#registry = { host, started: startRegistryProcess(options) };
    }
    return (await this.#registry.started).host;
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
