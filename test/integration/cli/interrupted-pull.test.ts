import { afterAll, beforeAll, expect, test } from 'vitest';
import { helloWorldImage } from '../../../runtime/image/hello-world.ts';
import { currentArchitecture } from '../../../runtime/syscall/architecture.ts';
import { helloElf } from '../../../runtime/syscall/hello-elf.ts';
import { TestDaemon } from '../api/test-daemon.ts';
import { push, startProxy, startRegistry } from '../registry/support.ts';
import { CliProcess, berth } from './cli-process.ts';

const made: { daemon?: TestDaemon } = {};
beforeAll(async () => {
  made.daemon = await TestDaemon.start();
});
afterAll(() => made.daemon?.destroy());

test('Ctrl-C during a pull: the daemon lets go of the registry, and nothing is kept', async () => {
  const registry = await startRegistry();
  const architecture = currentArchitecture();
  const image = await helloWorldImage({
    architecture: architecture === 'aarch64' ? 'arm64' : 'amd64',
    program: helloElf(architecture, 'hello\n'),
  });
  await push(image, `${registry}/hello:1`);
  const stalled = Promise.withResolvers<undefined>();
  const dropped = Promise.withResolvers<undefined>();
  // No blob ever ends.
  const proxy = await startProxy(registry, ({ path }, response) => {
    if (!path.includes('/blobs/')) return undefined;
    response.writeHead(200, { 'Content-Length': 1_000_000 }).write('begun');
    response.on('close', () => {
      dropped.resolve(undefined);
    });
    stalled.resolve(undefined);
    return 'handled';
  });
  const socket = made.daemon?.socket ?? '';
  const pulling = CliProcess.berth(socket, ['pull', `${proxy.host}/hello:1`]);
  await stalled.promise;
  pulling.signal('SIGINT');
  const { exitCode, stderr } = await pulling.exit;
  expect(exitCode).toBe(130);
  expect(stderr).toMatch(/^berth: INTERRUPTED: interrupted by 'SIGINT'\n/);
  await dropped.promise;
  expect((await berth(socket, ['images', '-q', `${proxy.host}/hello`])).stdout).toBe('');
});
