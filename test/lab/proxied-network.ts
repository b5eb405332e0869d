import { helloWorldImage } from '../../runtime/image/hello-world.ts';
import { helloElf } from '../../runtime/syscall/hello-elf.ts';
import { debRepository } from './image/guest-files.ts';
import type { LabMachine } from './machine/lab-machine.ts';

/*
 * A company's network on one machine: a network namespace with Docker Hub (Debian's docker-registry, under its name and with
 * a certificate), a server of Debian packages, and a proxy (tinyproxy), which is all that the machine itself reaches and which
 * alone knows the others by name.
 */

/** What the proxy wants to hear, as a URL may have it: `%33` is a 3. */
const user = 'ann:s%33cretPa55';
/** A part of the password, as a regular expression that does not match itself where `ps` shows it. */
export const passwordPattern = 'cretPa[5]5';

const [proxy, registry, packages] = ['198.51.100.2', '203.0.113.5', '203.0.113.6'];
const hub = 'registry-1.docker.io';

/** Variables of /etc/environment of such a machine. In capitals only, as people write them. */
const variables = [
  `HTTP_PROXY=http://${user}@${proxy}:3128`,
  `HTTPS_PROXY=http://${user}@${proxy}:3128`,
  'NO_PROXY=localhost,172.16.0.0/12,10.0.0.0/8',
];

/** Before a command: with the variables, as a login has them, and without, as it is under sudo. */
export const asLogin = 'set -a; . /etc/environment; set +a;';
export const asSudo = `unset ${variables.map((text) => text.split('=')[0]).join(' ')};`;

/** What the proxy was asked for so far. */
export function askedProxy(machine: LabMachine): Promise<string> {
  return machine.must('journalctl --unit outside-proxy --output cat | grep Request');
}

/** Makes that network. Programs come from the machine's own repository, which is its package server afterwards. */
export async function makeProxiedNetwork(machine: LabMachine): Promise<void> {
  await machine.must('apt-get install -y -qq --no-install-recommends docker-registry tinyproxy');
  await machine.must('systemctl disable --now --quiet docker-registry tinyproxy 2>&1');
  await machine.must('mkdir -m 700 /srv/outside && cd /srv/outside && cat >files.js', {
    input: fileServer,
  });
  await write(machine, 'hosts', `${registry} ${hub}\n${packages} packages.example\n`);
  await write(machine, 'registry.yml', JSON.stringify(registryConfig));
  await write(machine, 'tinyproxy.conf', proxyConfig);
  await machine.must(network.join(' && '));
  await machine.must(certificate.join(' && '));
  await startOutside(machine, 'registry', 'docker-registry serve /srv/outside/registry.yml');
  await startOutside(machine, 'packages', 'node /srv/outside/files.js');
  await startOutside(machine, 'proxy', 'tinyproxy -d -c /srv/outside/tinyproxy.conf');
  await pushHello(machine);
  await machine.must(
    `install -m 600 /dev/null /etc/environment && printf '%s\\n' ${variables.join(' ')} >/etc/environment`,
  );
  await machine.must("echo 'deb [trusted=yes] http://packages.example/ ./' >/etc/apt/sources.list");
}

async function write(machine: LabMachine, name: string, content: string): Promise<void> {
  await machine.must(`cat >/srv/outside/${name}`, { input: content });
}

/** A service of systemd in the namespace, with the names that are known there. */
async function startOutside(machine: LabMachine, name: string, command: string): Promise<void> {
  const properties = [
    'NetworkNamespacePath=/run/netns/outside',
    'BindReadOnlyPaths=/srv/outside/hosts:/etc/hosts',
  ];
  const options = properties.map((property) => `--property ${property}`).join(' ');
  await machine.must(`systemd-run --quiet --unit outside-${name} ${options} ${command}`);
}

const inside = 'ip -n outside';
const network = [
  'ip netns add outside',
  'ip link add company type veth peer name proxy netns outside',
  'ip addr add 198.51.100.1/30 dev company && ip link set company up',
  `${inside} link set lo up && ${inside} addr add ${proxy}/30 dev proxy && ${inside} link set proxy up`,
  ...[registry, packages].map((address) => `${inside} addr add ${address}/32 dev lo`),
];

/** One that signs itself: the machine trusts it, as one trusts the authority of one's company. */
const certificate = [
  'cd /srv/outside',
  `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 30 -subj /CN=${hub} -addext subjectAltName=DNS:${hub} -keyout key.pem -out cert.pem 2>/dev/null`,
  'cp cert.pem /usr/local/share/ca-certificates/outside.crt',
  'update-ca-certificates >/dev/null 2>&1',
];

const registryConfig = {
  version: 0.1,
  log: { level: 'warn', accesslog: { disabled: true } },
  storage: { filesystem: { rootdirectory: '/srv/outside/images' } },
  http: {
    addr: `${registry}:443`,
    tls: { certificate: '/srv/outside/cert.pem', key: '/srv/outside/key.pem' },
  },
};

const proxyConfig = `Port 3128
Listen ${proxy}
Timeout 600
MaxClients 100
LogLevel Connect
ConnectPort 443
BasicAuth ${decodeURIComponent(user).replace(':', ' ')}
`;

const fileServer = `
const { createReadStream } = require('fs');
require('http').createServer((request, response) => {
  createReadStream('${debRepository}/' + decodeURIComponent(request.url))
    .on('error', () => response.writeHead(404).end())
    .pipe(response);
}).listen(80, '${packages}');
`;

/** The distribution-spec's way to push (1.1, "Pushing blobs", "POST then PUT"). Reads what to push from its input. */
const pusher = `
const { blobs, manifest, tags } = JSON.parse(require('fs').readFileSync(0, 'utf8'));
const base = 'https://${hub}/v2/library/hello-world';
const sent = (answer) => {
  if (!answer.ok) throw new Error(answer.status + ' ' + answer.url);
  return answer;
};
(async () => {
  for (const [digest, data] of blobs) {
    const begun = sent(await fetch(base + '/blobs/uploads/', { method: 'POST' }));
    const to = new URL(begun.headers.get('location'), base);
    to.searchParams.set('digest', digest);
    sent(await fetch(to, { method: 'PUT', body: Buffer.from(data, 'base64'), headers: { 'content-type': 'application/octet-stream' } }));
  }
  for (const tag of tags) {
    const headers = { 'content-type': 'application/vnd.oci.image.manifest.v1+json' };
    sent(await fetch(base + '/manifests/' + tag, { method: 'PUT', body: Buffer.from(manifest, 'base64'), headers }));
  }
})().catch((error) => { console.error(error); process.exit(1); });
`;

/** Docker Hub's hello-world: another one than berth carries. */
async function pushHello(machine: LabMachine): Promise<void> {
  const program = helloElf('x86_64', 'Hello from behind the proxy!\n');
  const { blobs, manifestDigest } = await helloWorldImage({ architecture: 'amd64', program });
  const encoded = [...blobs].map(
    ([digest, bytes]) => [digest, Buffer.from(bytes).toString('base64')] as const,
  );
  const manifest = encoded.find(([digest]) => digest === manifestDigest)?.[1];
  await write(machine, 'push.js', pusher);
  await machine.must(
    'mkdir -p /etc/netns/outside && cp /srv/outside/hosts /etc/netns/outside/hosts && NODE_EXTRA_CA_CERTS=/srv/outside/cert.pem ip netns exec outside node /srv/outside/push.js',
    { input: JSON.stringify({ blobs: encoded, manifest, tags: ['latest', 'linux'] }) },
  );
}
