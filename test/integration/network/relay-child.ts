import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { Machine } from '../launch/machine.ts';
import { expectNothingLeft } from '../launch/own-leftovers.ts';

/**
 * Runs a web server in a container that has joined the network namespace of the first argument, and holds and relays ports of the
 * namespace that this process is in to the addresses that follow. Prints what comes from each of the URLs of standard input.
 */
const [namespace = '', ...targets] = process.argv.slice(2);
const urls: readonly string[] = JSON.parse(process.env['RELAY_URLS'] ?? '[]') as readonly string[];
const machine = await Machine.create();
try {
  const request = machine.request(
    ['sh', '-c', 'echo from $(hostname) > /tmp/index.html; exec httpd -f -p 80 -h /tmp'],
    {
      linux: {
        namespaces: [
          ...(['pid', 'mount', 'uts', 'ipc', 'cgroup'] as const).map((type) => ({ type })),
          { type: 'network' as const, path: namespace },
        ],
      },
    },
  );
  const heldPorts = targets.map((target, i) => ({
    protocol: 'tcp' as const,
    address: '::',
    port: 8080 + i,
    relayTo: { address: target, port: 80 },
  }));
  const running = await machine.start({ ...request, heldPorts });
  const answers: string[] = [];
  for (const url of urls) {
    // The server may not listen yet.
    const args = ['--silent', '--show-error', '--globoff', '--retry', '50', '--retry-delay', '0'];
    const all = [...args, '--retry-all-errors', '--max-time', '10', url];
    answers.push((await promisify(execFile)('curl', all)).stdout.trim());
  }
  running.monitor.signal(9);
  await running.ended();
  await expectNothingLeft(machine);
  console.log(JSON.stringify(answers));
} finally {
  await machine.dispose();
}
