import { afterEach, beforeEach, describe, expect, test } from 'vitest';

import { helloWorldImage } from '../../../runtime/image/hello-world.ts';
import { helloElf } from '../../../runtime/syscall/hello-elf.ts';
import { currentArchitecture } from '../../../runtime/syscall/architecture.ts';
import { smokeTest } from '../../../scripts/smoke/smoke-test.ts';
import { TestDaemon } from '../api/test-daemon.ts';
import { push, startRegistry } from '../registry/support.ts';

/** Puts a hello-world under the name that Docker Hub has it by into a registry that will be its mirror. */
async function startMirror(text: string): Promise<string> {
  const host = await startRegistry();
  const architecture = currentArchitecture();
  const image = await helloWorldImage({
    architecture: architecture === 'aarch64' ? 'arm64' : 'amd64',
    program: helloElf(architecture, text),
  });
  await push(image, `${host}/library/hello-world:linux`);
  return `http://${host}`;
}

describe('smoke test: the half that needs a registry', () => {
  let daemon: TestDaemon;
  let mirror: string;

  beforeEach(async () => {
    mirror = await startMirror('Hello from the mirror!\n');
    daemon = await TestDaemon.start({ registryMirrors: [mirror] });
  });

  afterEach(async () => {
    await daemon.destroy();
  });

  test('runs what a mirror delivers, reports each half by itself, and leaves nothing', async () => {
    const { signal } = new AbortController();
    const report = await smokeTest({ socketPath: daemon.socket, signal });
    expect(report.carried.output).toContain('Hello from berth!');
    expect(report.registry).toEqual({
      kind: 'ran',
      image: 'docker.io/library/hello-world:linux',
    });
    const { stdout } = await daemon.docker(['images', '--format', '{{.Repository}}:{{.Tag}}']);
    expect(stdout).toBe('hello-world:latest\n');
    expect((await daemon.docker(['ps', '-aq'])).stdout).toBe('');
  });
});

describe('smoke test: an image of a registry that does not greet', () => {
  test('is reported as unavailable, and the carried image still counts', async () => {
    const daemon = await TestDaemon.start({ registryMirrors: [await startMirror('nothing\n')] });
    try {
      const { signal } = new AbortController();
      const report = await smokeTest({ socketPath: daemon.socket, signal });
      expect(report.carried.output).toContain('Hello from berth!');
      expect(report.registry).toMatchObject({
        kind: 'unavailable',
        why: expect.stringContaining('wanted 0 and a greeting') as unknown,
      });
    } finally {
      await daemon.destroy();
    }
  });
});
