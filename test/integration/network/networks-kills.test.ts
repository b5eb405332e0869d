import { rmSync } from 'node:fs';
import { join as joinPath } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Networks } from '../../../runtime/network/networks.ts';
import type { NamespaceUsers } from '../../../runtime/network/sandboxes/namespace-pool.ts';
import type { ProgramRunner } from '../../../runtime/syscall/run-image.ts';
import {
  containerId,
  endpointRequest,
  networkRequest,
  ownUsers,
  subnets,
  TestHost,
} from './test-host.ts';

/** A berthd that can be killed at one of its programs: from then on nothing of it goes on. */
class Killable implements ProgramRunner {
  readonly #runner: ProgramRunner;
  #left = Infinity;
  #when: 'before' | 'after' = 'before';
  readonly #making = new Set<Promise<unknown>>();
  #killed: () => void = () => undefined;

  constructor(runner: ProgramRunner) {
    this.#runner = runner;
  }

  /** Resolves when it has been killed: before its program number `count` from now, or when that has ended. */
  killAt(count: number, when: 'before' | 'after'): Promise<'killed'> {
    this.#left = count;
    this.#when = when;
    return new Promise((resolve) => {
      this.#killed = () => {
        resolve('killed');
      };
    });
  }

  /** Kills it now, and waits for programs that its launcher has begun: the next berthd starts later than that. */
  async kill(): Promise<void> {
    this.#left = 0;
    await Promise.allSettled(this.#making);
  }

  readonly run: ProgramRunner['run'] = async (program, options) => {
    // Those are made beside everything, for who comes next.
    if (program.name === 'make a network namespace' && this.#left > 0) {
      const making = this.#runner.run(program, options);
      this.#making.add(making);
      return making.finally(() => this.#making.delete(making));
    }
    this.#left -= 1;
    if (this.#left > 0) return this.#runner.run(program, options);
    if (this.#left === 0) {
      if (this.#when === 'after') await this.#runner.run(program, options).catch(() => undefined);
      this.#killed();
    }
    return new Promise<never>(() => undefined);
  };
}

let host: TestHost;

beforeEach(async () => {
  host = await TestHost.make();
});
afterEach(async () => {
  await host.close();
});

const web = containerId(1);

/** What berthd does when it is killed, with what was done before. */
const operations: Readonly<
  Record<string, readonly [(n: Networks) => Promise<unknown>, (n: Networks) => Promise<unknown>]>
> = {
  'a network is made': [() => Promise.resolve(), create],
  'a container starts': [create, (networks) => join(networks)],
  'a container with users of its own starts': [
    create,
    (networks) => join(networks, { maps: ownUsers }),
  ],
  'a container is connected': [
    async (networks) => {
      await create(networks);
      await join(networks);
    },
    (networks) => networks.connect(web, endpointRequest('bridge')),
  ],
  'a container is disconnected': [
    async (networks) => {
      await create(networks);
      await join(networks);
    },
    (networks) => networks.disconnect(web, networks.find('front')),
  ],
  'a container ends': [
    async (networks) => {
      await create(networks);
      await join(networks);
    },
    (networks) => networks.leave(web),
  ],
  'a network is removed': [create, (networks) => networks.remove('front')],
};

async function create(networks: Networks): Promise<void> {
  await networks.create(networkRequest({ name: 'front', ipam: subnets('10.1.0.0/30') }));
}

async function join(networks: Networks, users?: NamespaceUsers): Promise<void> {
  const endpoints = [endpointRequest('front')];
  const { connected } = await networks.join({ container: web, endpoints, users });
  await connected;
}

test.each(Object.entries(operations))(
  'berthd is killed at any program while %s, and the next one leaves nothing',
  async (_, [before, operation]) => {
    for (const kill of kills)
      for (let count = 1; await isKilled({ ...kill, count }, before, operation); count += 1)
        expect(count).toBeLessThan(10);
  },
);

interface Kill {
  readonly count: number;
  readonly when: 'before' | 'after';
  /** Whether the record of the container's sandbox was on disk by then: it is written beside the program. */
  readonly record: 'written' | 'absent';
}

const kills: readonly Omit<Kill, 'count'>[] = [
  { when: 'before', record: 'written' },
  { when: 'after', record: 'written' },
  { when: 'after', record: 'absent' },
];

/** Whether it was killed before it was done. Afterwards all is as before. */
async function isKilled(
  { count, when, record }: Kill,
  before: (networks: Networks) => Promise<unknown>,
  operation: (networks: Networks) => Promise<unknown>,
): Promise<boolean> {
  const runner = new Killable(host.runner);
  const first = await host.open({ runner });
  await before(first);
  const killing = runner.killAt(count, when);
  const outcome = await Promise.race([operation(first), killing]);
  await runner.kill();
  if (record === 'absent')
    rmSync(joinPath(host.paths.sandboxFolder, `${web}.json`), { force: true });
  const next = await host.open();
  // What a berthd does that finds out that the container has ended.
  for (const container of next.users) await next.leave(container);
  if (next.findIfThere('front') === undefined) await create(next);
  // The only address of the network is free.
  const endpoints = [endpointRequest('front')];
  const { connected, sandbox } = await next.join({ container: containerId(2), endpoints });
  await connected;
  expect(sandbox.endpoints[0]?.addresses).toEqual(['10.1.0.2/30']);
  await next.leave(containerId(2));
  await next.remove('front');
  await next.close();
  expect(host.problems).toEqual([]);
  await expect.poll(() => host.links(), { timeout: 10_000 }).toEqual([]);
  expect(host.keptNamespaces()).toEqual([]);
  expect(host.sandboxFiles()).toEqual([]);
  return outcome === 'killed';
}
