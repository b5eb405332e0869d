import { text } from 'node:stream/consumers';
import { GenericContainer, Wait, getContainerRuntimeClient } from 'testcontainers';

/** A container of the test's image, which has no network. */
const bb = (...command: readonly string[]): GenericContainer =>
  new GenericContainer('bb').withNetworkMode('none').withCommand([...command]);

/** Waits for a line of the log; then executes, restarts and commits. */
async function ofLogs(): Promise<object> {
  const container = await bb('sh', '-c', 'echo starting; echo "ready $WHO"; sleep 1000')
    .withName('tc-logs')
    .withEnvironment({ WHO: 'me' })
    .withLabels({ part: 'logs' })
    .withTmpFs({ '/scratch': 'rw,size=64k' })
    .withUlimits({ nofile: { hard: 99, soft: 99 } })
    .withResourcesQuota({ memory: 0.125, cpu: 0.5 })
    .withAddedCapabilities('NET_ADMIN')
    .withUser('app')
    .withWaitStrategy(Wait.forLogMessage(/ready me/))
    .start();
  const { output, stdout, stderr, exitCode } = await container.exec(
    ['sh', '-c', 'id -u; echo "$X $PWD" >&2; exit 3'],
    { env: { X: 'y' }, workingDir: '/etc' },
  );
  await container.restart({ timeout: 0 });
  const log = text(await container.logs());
  const image = await container.commit({ repo: 'tc-made', tag: '1', deleteOnExit: false });
  const name = container.getName();
  await container.stop({ timeout: 0 });
  return { output, stdout, stderr, exitCode, name, image: image !== '', log: await log };
}

/** Waits for a health check and a command in the container. */
async function ofHealth(): Promise<object> {
  const container = await bb('sh', '-c', 'touch /tmp/up; sleep 1000')
    .withHealthCheck({ test: ['CMD-SHELL', 'cat /tmp/up'], interval: 100, retries: 100 })
    .withWaitStrategy(
      Wait.forAll([Wait.forHealthCheck(), Wait.forSuccessfulCommand('cat /tmp/up')]),
    )
    .start();
  const stopped = await container.stop({ timeout: 0, remove: false });
  const id = stopped.getId();
  return { stopped: id === container.getId() };
}

/** Waits for a container that ends by itself, and for one that ends badly. */
async function ofEnds(): Promise<object> {
  const ended = await bb('true').withWaitStrategy(Wait.forOneShotStartup()).start();
  await ended.stop();
  const failing = bb('sh', '-c', 'exit 9').withWaitStrategy(Wait.forOneShotStartup()).start();
  const failed = await failing.then(
    () => 'started',
    (error: unknown) => (error instanceof Error ? error.message : ''),
  );
  return { failed };
}

/** Uses one container twice, as `withReuse` is for. */
async function ofReuse(): Promise<object> {
  const start = (): ReturnType<GenericContainer['start']> =>
    bb('sh', '-c', 'echo up; sleep 1000')
      .withReuse()
      .withWaitStrategy(Wait.forLogMessage('up'))
      .start();
  const [first, second] = [await start(), await start()];
  await second.stop({ timeout: 0 });
  return { same: first.getId() === second.getId() };
}

/** Walks through Testcontainers against the engine of DOCKER_HOST. */
async function walk(): Promise<object> {
  const { info } = await getContainerRuntimeClient();
  return {
    system: info.containerRuntime.operatingSystemType,
    logs: await ofLogs(),
    health: await ofHealth(),
    ends: await ofEnds(),
    reuse: await ofReuse(),
  };
}

process.stdout.write(JSON.stringify(await walk()));
