import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { type BenchDaemon, berthd } from '../daemons.ts';
import type { BenchSetup } from '../groups.ts';
import { figuresOf, timed } from '../median.ts';
import { type Daemon, runCommand, startDaemon } from '../process.ts';
import { noLimit, type Result } from '../report.ts';
import type { Workshop } from '../workshop.ts';
import { ApiClient, atOnce } from './api-client.ts';
import { memoryKb, parentOf } from './own-memory.ts';

const image = 'berth-bench-idle';
const count = 1000;
const requests = 10_000;

/** A thousand idle containers on one machine, and an API that is asked a lot about them. */
export async function thousandFigures({ workshop, say, take }: BenchSetup): Promise<void> {
  await take('thousand', async () => {
    const command = berthd({ folder: join(workshop.folder, 'berth-thousand') });
    const crowd = new Crowd(command);
    try {
      return await crowd.measure(workshop, say);
    } finally {
      await crowd.remove();
    }
  });
}

class Crowd {
  readonly #command: BenchDaemon;
  readonly #client: ApiClient;
  #daemon: Daemon | undefined;

  constructor(command: BenchDaemon) {
    this.#command = command;
    this.#client = new ApiClient(command.socket, 8);
  }

  async measure(workshop: Workshop, say: (line: string) => void): Promise<readonly Result[]> {
    const { socket } = this.#command;
    this.#daemon = await startDaemon(this.#command, socket);
    const tar = workshop.path('idle.tar');
    execFileSync('tar', ['-C', workshop.rootfs, '-cf', tar, '.']);
    const docker = (...args: readonly string[]): Promise<void> =>
      runCommand(['docker', ...args], { env: { DOCKER_HOST: `unix://${socket}` } });
    await docker('import', tar, image);
    say(`${count} containers are started`);
    const started = await timed(() => atOnce({ count, workers: 8 }, () => this.#start()));
    const pids = await this.#pids();
    const monitors = pids.map((pid) => memoryKb(parentOf(pid)));
    const ps = await times(10, () => docker('ps'));
    const memory = this.#daemon.memoryKb();
    const asked = await times(300, () => this.#client.ask('GET', '/containers/json'));
    const busy = await this.#askMuch();
    await this.#daemon.stop();
    this.#daemon = await startDaemon(this.#command, socket);
    const left = (await this.#pids()).filter((pid) => pids.includes(pid)).length;
    return [
      one(`${count} containers: created and started through the API, 8 at once`, 'ms', started),
      { ...one('memory of a monitor (Pss)', 'KB', 0), ours: figuresOf(monitors) },
      one('memory of berthd (Pss)', 'KB', memory),
      { ...one('docker ps', 'ms', 0), ours: figuresOf(ps) },
      one('GET /containers/json, 99th percentile of 300', 'ms', percentile(asked, 0.99)),
      one(`${requests} requests at 64 connections: in all`, 'ms', busy.ms),
      { ...one('of them with an error', 'of them', busy.errors), limit: { most: 0 } },
      one('restart of berthd, until /info is answered', 'ms', this.#daemon.readyMs),
      {
        ...one('containers that are no longer there', 'of them', count - left),
        limit: { most: 0 },
      },
    ];
  }

  async remove(): Promise<void> {
    const list = JSON.parse(await this.#client.ask('GET', '/containers/json?all=1')) as {
      readonly Id: string;
    }[];
    await atOnce({ count: list.length, workers: 8 }, (number) =>
      this.#client.ask('DELETE', `/containers/${list[number]?.Id ?? ''}?force=1`),
    );
    this.#client.close();
    await this.#daemon?.stop();
  }

  async #start(): Promise<void> {
    const config = {
      ...{ Image: image, Cmd: ['/busybox', 'sleep', '1d'] },
      HostConfig: { NetworkMode: 'none' },
    };
    const made = await this.#client.ask('POST', '/containers/create', config);
    const { Id } = JSON.parse(made) as { readonly Id: string };
    await this.#client.ask('POST', `/containers/${Id}/start`);
  }

  /** Of those that run. */
  async #pids(): Promise<readonly number[]> {
    const list = JSON.parse(await this.#client.ask('GET', '/containers/json')) as {
      readonly Id: string;
    }[];
    const pids: number[] = [];
    for (const { Id } of list) {
      const text = await this.#client.ask('GET', `/containers/${Id}/json`);
      const { State } = JSON.parse(text) as { readonly State: { readonly Pid: number } };
      if (State.Pid > 0) pids.push(State.Pid);
    }
    return pids;
  }

  async #askMuch(): Promise<{ readonly ms: number; readonly errors: number }> {
    const client = new ApiClient(this.#command.socket, 64);
    const paths = ['/version', '/_ping', '/info', '/containers/json?limit=10', '/images/json'];
    let errors = 0;
    const ms = await timed(() =>
      atOnce({ count: requests, workers: 64 }, async (number) => {
        try {
          await client.ask('GET', paths[number % paths.length] ?? '/_ping');
        } catch {
          errors += 1;
        }
      }),
    );
    client.close();
    return { ms, errors };
  }
}

async function times(count: number, action: () => Promise<unknown>): Promise<readonly number[]> {
  const taken: number[] = [];
  for (let i = 0; i < count; i += 1) taken.push(await timed(action));
  return taken;
}

function percentile(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? NaN;
}

function one(name: string, unit: Result['unit'], value: number): Result {
  return { name, unit, ours: figuresOf([value]), limit: noLimit };
}
