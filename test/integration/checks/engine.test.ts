import { describe, expect, it, onTestFinished } from 'vitest';
import { runChecks } from '../../../checks/run-checks.ts';
import { helloWorldImage } from '../../../runtime/image/hello-world.ts';
import { currentArchitecture } from '../../../runtime/syscall/architecture.ts';
import { helloElf } from '../../../runtime/syscall/hello-elf.ts';
import { Launcher } from '../../../runtime/syscall/launcher.ts';
import { engineProbe } from '../../../scripts/check/engine-probe.ts';
import { TestDaemon } from '../api/test-daemon.ts';
import { push, startRegistry } from '../registry/support.ts';
import { realContext } from './real-context.ts';

/** A registry, as a mirror of Docker Hub, that has hello-world. Goes away with the test. */
async function startMirror(): Promise<string> {
  const host = await startRegistry();
  const architecture = currentArchitecture();
  const image = await helloWorldImage({
    architecture: architecture === 'aarch64' ? 'arm64' : 'amd64',
    program: helloElf(architecture, 'Hello from the mirror!\n'),
  });
  await push(image, `${host}/library/hello-world:linux`);
  return `http://${host}`;
}

const look = (socket: string): ReturnType<typeof runChecks> =>
  runChecks(
    {
      ...realContext(new Launcher(), { dataRoot: '/var/tmp', apiSocket: socket }),
      engine: engineProbe(socket),
    },
    { only: ['runtime', 'smoke.embedded', 'smoke.registry'] },
  );

describe('checks of a running engine', () => {
  it('run hello-world through its API, from both sources, and leave nothing', async () => {
    const daemon = await TestDaemon.start({ registryMirrors: [await startMirror()] });
    onTestFinished(() => daemon.destroy());
    const findings = await look(daemon.socket);
    expect(findings.map(({ id, status }) => `${id} ${status}`)).toEqual([
      'runtime pass',
      'smoke.embedded pass',
      'smoke.registry pass',
    ]);
    expect((await daemon.docker(['ps', '-aq'])).stdout).toBe('');
    const { stdout } = await daemon.docker(['images', '--format', '{{.Repository}}:{{.Tag}}']);
    expect(stdout).toBe('hello-world:latest\n');
  });

  it('are skipped where nobody listens', async () => {
    const findings = await look('/var/tmp/not-there.sock');
    expect(findings.map(({ status }) => status)).toEqual(['skip', 'skip', 'skip']);
  });
});
