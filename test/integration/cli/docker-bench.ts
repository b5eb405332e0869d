import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll } from 'vitest';
import { type Outcome, describe as inWords, runCommand } from '../../lab/run-command.ts';
import { FaultProxy } from '../../support/fault-proxy.ts';
import { type RegistryProcess, startRegistryProcess } from '../../support/registry-process.ts';
import type { TestEngine } from './client-bench.ts';
import { pushSuiteImages, writeSuiteImages } from './suite-images.ts';
import { removeContainers, removeImages } from '../../support/empty-engine.ts';

/** An engine that the docker command is tried on. */
export interface EngineKind {
  readonly name: 'berth' | 'dockerd';
  readonly start: (settings: object) => Promise<TestEngine>;
}

/** An engine without images and containers before each test, and registries that have the suite's images. */
export interface DockerBench {
  readonly engine: EngineKind['name'];
  /** `host:port` of a docker-registry that has `suite/one:1`, `suite/two:1` and `suite/many:1`. */
  readonly registry: string;
  /** In front of a pull-through cache of it, which is the engine's mirror of Docker Hub. */
  readonly mirror: FaultProxy;
  /** The OCI layout that the images are from. */
  readonly layout: string;
  /** For files of the tests. */
  readonly folder: string;
  readonly socketPath: string;
  /** Runs the docker client, whatever its status. */
  readonly docker: (...args: readonly string[]) => Promise<Outcome>;
  /** The same with something on its standard input. */
  readonly feed: (input: string, ...args: readonly string[]) => Promise<Outcome>;
  /** Runs the docker client, which has to succeed; gives its standard output without the last line feed. */
  readonly must: (...args: readonly string[]) => Promise<string>;
  /** Pulls `suite/<name>:1`, and gives its whole name. */
  readonly pull: (name: 'one' | 'two' | 'many') => Promise<string>;
}

interface Made {
  folder: string;
  layout: string;
  registry: RegistryProcess;
  cache: RegistryProcess;
  mirror: FaultProxy;
  engine: TestEngine;
}

/** Starts the parts in order; those that are there are in the result even when a later one fails. */
async function make({ start }: EngineKind, made: Partial<Made>): Promise<void> {
  made.folder = await mkdtemp(join(tmpdir(), 'berth-docker-'));
  await mkdir(join(made.folder, 'files'));
  made.layout = await writeSuiteImages(made.folder);
  made.registry = await startRegistryProcess();
  await pushSuiteImages(made.layout, made.registry.host);
  made.cache = await startRegistryProcess({ cacheOf: `http://${made.registry.host}` });
  made.mirror = await FaultProxy.start(made.cache.host);
  made.engine = await start({ 'registry-mirrors': [`http://${made.mirror.host}`] });
}

/** Sets all of it up before the tests of the file, and takes it down after them. */
export function useDockerBench(kind: EngineKind): DockerBench {
  const made: Partial<Made> = {};
  const get = <K extends keyof Made>(part: K): Made[K] => {
    const found = made[part];
    if (found === undefined) throw new Error(`there is no ${part} before the tests run`);
    return found;
  };
  const run = (input: string | undefined, args: readonly string[]): Promise<Outcome> => {
    const env = {
      PATH: process.env['PATH'] ?? '',
      DOCKER_HOST: `unix://${get('engine').socketPath}`,
      DOCKER_CONFIG: join(get('folder'), 'docker'),
    };
    return runCommand(['docker', ...args], {
      env,
      timeoutMs: 30_000,
      ...(input !== undefined && { input }),
    });
  };
  const bench: DockerBench = {
    engine: kind.name,
    get registry() {
      return get('registry').host;
    },
    get mirror() {
      return get('mirror');
    },
    get layout() {
      return get('layout');
    },
    get folder() {
      return join(get('folder'), 'files');
    },
    get socketPath() {
      return get('engine').socketPath;
    },
    docker: (...args) => run(undefined, args),
    feed: (input, ...args) => run(input, args),
    must: async (...args) => {
      const outcome = await run(undefined, args);
      if (outcome.exitCode === 0) return outcome.stdout.trimEnd();
      throw new Error(`docker ${args.join(' ')}: ${inWords(outcome)}`);
    },
    pull: async (name) => {
      const reference = `${bench.registry}/suite/${name}:1`;
      await bench.must('pull', '--quiet', reference);
      return reference;
    },
  };
  beforeAll(async () => {
    await make(kind, made);
    await empty(bench);
  });
  afterEach(() => empty(bench));
  afterAll(async () => {
    for (const part of [made.engine, made.mirror, made.cache, made.registry]) await part?.stop();
    if (made.folder !== undefined) await rm(made.folder, { recursive: true });
  });
  return bench;
}

/** Removes containers, then images; berth begins with hello-world. */
async function empty({ socketPath }: DockerBench): Promise<void> {
  await removeContainers(socketPath);
  await removeImages(socketPath);
}
