import { execFile } from 'node:child_process';
import { createReadStream, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { pipeline } from 'node:stream/promises';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';

import { writeArchive } from '../../../runtime/image/archive/write-archive.ts';
import { makeImage } from '../image/support.ts';
import type { ImageRecipe } from '../image/support.ts';
import { ask } from './raw-http.ts';
import type { HttpAnswer, HttpQuestion } from './raw-http.ts';
import { TestDaemon } from './test-daemon.ts';
import { removeContainers } from '../../support/empty-engine.ts';

/** An engine in the test's process, without images before each test. */
export interface ImageBench {
  readonly daemon: TestDaemon;
  /** Runs the docker command, which has to succeed; gives its standard output without the last line feed. */
  readonly must: (...args: readonly string[]) => Promise<string>;
  /** Runs the docker command, which has to fail; gives its standard error. */
  readonly fails: (...args: readonly string[]) => Promise<string>;
  /** Makes an image and loads it. */
  readonly make: (recipe: ImageRecipe) => Promise<void>;
  readonly ask: (question: HttpQuestion) => Promise<HttpAnswer>;
  /** Posts a file; gives the lines of the answer, parsed. */
  readonly upload: (path: string, file: string) => Promise<Upload>;
  /** GET with a 200; gives the parsed body. */
  readonly get: <T>(path: string) => Promise<T>;
}

/** What came of an upload. */
export interface Upload {
  readonly status: number;
  readonly lines: readonly Readonly<Record<string, unknown>>[];
}

function upload(socketPath: string, path: string, file: string): Promise<Upload> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, method: 'POST', path }, (response) => {
      text(response).then((body) => {
        const lines = body.trim().split(/\r?\n/);
        resolve({
          status: response.statusCode ?? 0,
          lines: lines.map((line) => JSON.parse(line) as Readonly<Record<string, unknown>>),
        });
      }, reject);
    });
    call.on('error', reject);
    pipeline(createReadStream(file), call).catch(reject);
  });
}

/** Runs skopeo. */
export async function skopeo(...args: readonly string[]): Promise<string> {
  return (await promisify(execFile)('skopeo', args, { timeout: 30_000 })).stdout;
}

/** Starts the engine before the tests of the file, and ends it after them. */
export function useImageBench(): ImageBench {
  let daemon: TestDaemon;
  beforeAll(async () => {
    daemon = await TestDaemon.start();
    await empty();
  });
  afterEach(async () => {
    await empty();
    expect(daemon.problems).toEqual([]);
  });
  afterAll(() => daemon.destroy());

  const empty = async (): Promise<void> => {
    await removeContainers(daemon.socket);
    for (const { id } of await daemon.images.list()) {
      await daemon.images.remove(id, { force: 'always', users: [] });
    }
  };
  const call = (question: HttpQuestion): Promise<HttpAnswer> => ask(daemon.socket, question);
  return {
    get daemon() {
      return daemon;
    },
    must: async (...args) => {
      const { exitCode, stdout, stderr } = await daemon.docker(args);
      if (exitCode !== 0) throw new Error(`docker ${args.join(' ')}: ${stderr}`);
      return stdout.trimEnd();
    },
    fails: async (...args) => {
      const { exitCode, stderr } = await daemon.docker(args);
      expect(exitCode).not.toBe(0);
      return stderr;
    },
    make: async (recipe) => {
      const path = join(daemon.root, 'made.tar');
      const chunks: Uint8Array[] = [];
      for await (const chunk of writeArchive(await makeImage(recipe))) chunks.push(chunk);
      writeFileSync(path, Buffer.concat(chunks));
      const { exitCode, stderr } = await daemon.docker(['load', '-q', '-i', path]);
      expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: '' });
    },
    ask: call,
    upload: (path, file) => upload(daemon.socket, path, file),
    get: async <T>(path: string) => {
      const { status, body } = await call({ path });
      if (status !== 200) throw new Error(`GET ${path}: ${status} ${body}`);
      return JSON.parse(body) as T;
    },
  };
}
