import { GenericContainer, getContainerRuntimeClient, Network, Wait } from 'testcontainers';
import type { StartedTestContainer } from 'testcontainers';

/** A container of the test's image that serves its /etc. */
const server = (port: number): GenericContainer =>
  new GenericContainer('bb').withCommand(['busybox', 'httpd', '-f', '-p', `${port}`, '-h', '/etc']);

async function ask(container: StartedTestContainer, port: number): Promise<string> {
  const url = `http://${container.getHost()}:${container.getMappedPort(port)}/hostname`;
  return (await fetch(url)).text();
}

/** Walks through networks and ports of Testcontainers against the engine of DOCKER_HOST. */
async function walk(): Promise<object> {
  const network = await new Network().start();
  const web = await server(8080)
    .withExposedPorts(8080, '53/udp')
    .withNetwork(network)
    .withNetworkAliases('web', 'www')
    .withHostname('served')
    .withWaitStrategy(Wait.forAll([Wait.forListeningPorts(), Wait.forHttp('/hostname', 8080)]))
    .start();
  const client = await server(9090)
    .withExposedPorts({ container: 9090, host: 18_765 })
    .withNetwork(network)
    .withExtraHosts([{ host: 'far', ipAddress: '192.0.2.9' }])
    .start();
  const inside = async (...command: readonly string[]): Promise<string> =>
    (await client.exec(['busybox', ...command])).output;
  const wget = await inside('wget', '-qO-', 'http://www:8080/hostname');
  const hosts = await inside('cat', '/etc/hosts');
  const before = web.getMappedPort(8080);
  await web.restart({ timeout: 0 });
  const { container } = await getContainerRuntimeClient();
  const { NetworkSettings } = await container.inspect(container.getById(web.getId()));
  const result = {
    ...{ chosen: before >= 32_768, certain: client.getMappedPort(9090) },
    names: web.getNetworkNames().includes(network.getName()),
    address: web.getIpAddress(network.getName()) !== '',
    udp: NetworkSettings.Ports['53/udp']?.length ?? 0,
    ...{ wget, again: await ask(web, 8080), far: hosts.includes('192.0.2.9\tfar') },
  };
  await client.stop();
  await web.stop();
  await network.stop();
  return result;
}

process.stdout.write(JSON.stringify(await walk()));
