import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { busyboxArchive, busyboxImage } from './busybox-archive.ts';
import type { CliResult, CliSurroundings } from './cli-process.ts';
import { CliProcess, berth } from './cli-process.ts';
import { removeContainers } from '../../support/empty-engine.ts';

/** An engine that the command line is tried against. */
export interface TestEngine {
  readonly socketPath: string;
  /** Ends it and removes all it has left. */
  stop(): Promise<void>;
}

/** An engine with the busybox image loaded; every test leaves it without containers. */
export interface ClientBench {
  readonly socketPath: string;
  /** For the test's own files. */
  readonly folder: string;
  /** Runs `berth` to its end. */
  cli(args: readonly string[], surroundings?: CliSurroundings): Promise<CliResult>;
  /** The arguments of a `berth run` of the busybox image, without network. */
  line(options: readonly string[], ...command: readonly string[]): readonly string[];
  /** Runs {@link line}. */
  run(options: readonly string[], ...command: readonly string[]): Promise<CliResult>;
}

async function loadBusybox(socketPath: string): Promise<void> {
  const loading = CliProcess.berth(socketPath, ['load', '--quiet']);
  loading.write(await busyboxArchive());
  loading.endInput();
  expect(await loading.exit).toMatchObject({
    exitCode: 0,
    stdout: `Loaded image: ${busyboxImage}\n`,
  });
}

/** Sets an engine up before the tests of the file, and takes it down after them. */
export function useEngine(start: () => Promise<TestEngine>): ClientBench {
  const made: { engine?: TestEngine; folder?: string } = {};
  const bench: ClientBench = {
    get socketPath() {
      return made.engine?.socketPath ?? '';
    },
    get folder() {
      return made.folder ?? '';
    },
    cli: (args, surroundings) => berth(bench.socketPath, args, surroundings),
    line: (options, ...command) => [
      ...['run', '--network', 'none', ...options, busyboxImage],
      ...command,
    ],
    run: (options, ...command) => bench.cli(bench.line(options, ...command)),
  };
  beforeAll(async () => {
    made.folder = await mkdtemp(join(tmpdir(), 'berth-cli-'));
    made.engine = await start();
    await loadBusybox(made.engine.socketPath);
  });
  afterEach(async () => {
    await removeContainers(bench.socketPath);
  });
  afterAll(async () => {
    await made.engine?.stop();
    if (made.folder !== undefined) await rm(made.folder, { recursive: true });
  });
  return bench;
}
