import { afterAll, beforeAll } from 'vitest';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { busyboxArchive } from '../api/busybox-image.ts';
import { TestDaemon } from '../api/test-daemon.ts';
import type { TestEngine } from '../cli/client-bench.ts';
import { removeTree } from '../../support/remove-tree.ts';

/** An engine that a client is tried against, and a folder for the test's files. */
export interface EngineForClients {
  readonly socketPath: string;
  readonly folder: string;
  /** A `docker save` archive of the image `bb:latest`: a busybox. */
  readonly archive: string;
}

/** What a suite of a client is given: berth's own engine, or Docker as the reference. */
export interface ClientEngineKind {
  readonly name: string;
  readonly start: () => Promise<TestEngine>;
}

/** berth's engine, within the test's process. */
export const berthEngine: ClientEngineKind = {
  name: 'berth',
  start: async () => {
    const daemon = await TestDaemon.start();
    return { socketPath: daemon.socket, stop: () => daemon.destroy() };
  },
};

/** Sets an engine up before the tests of the file, and takes it down after them. */
export function useEngineForClients(start: ClientEngineKind['start']): EngineForClients {
  const made: { engine?: TestEngine; folder?: string } = {};
  const engine = {
    get socketPath() {
      return made.engine?.socketPath ?? '';
    },
    get folder() {
      return made.folder ?? '';
    },
    get archive() {
      return join(engine.folder, 'bb.tar');
    },
  };
  beforeAll(async () => {
    made.folder = mkdtempSync(join(tmpdir(), 'berth-client-'));
    busyboxArchive(made.folder);
    made.engine = await start();
  });
  afterAll(async () => {
    await made.engine?.stop();
    if (made.folder !== undefined) removeTree(made.folder);
  });
  return engine;
}
