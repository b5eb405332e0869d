import { stdout } from 'node:process';
import { bundleTo, installLine } from './bundle-on-machine.ts';
import { LabMachine } from './machine/lab-machine.ts';
import { figuresOf } from '../bench/median.ts';

/*
 * `node test/lab/measure-install.ts [ROUNDS]`: from a fresh machine to hello-world, with berth's one line and with Docker
 * by apt, in turn, each on a machine of its own. All packages are in a repository on the machine itself, and the image that
 * Docker runs is there as a file: nobody waits for a network. The machines get first what Debian's installer gives to every
 * one (`Priority: important`) and the lab's small disk lacks. Docker gets only what it depends on: none of the packages that it
 * recommends, AppArmor among them.
 */
const rounds = Number(process.argv[2] ?? '3');
const hello = '/root/hello-world.tar';
const ofEveryDebian = 'apt-get install -y -qq netbase nftables >/dev/null 2>&1';
const withDocker = [
  'apt-get install -y -qq --no-install-recommends docker.io >/dev/null 2>&1',
  `/usr/bin/docker load --quiet --input ${hello}`,
  '/usr/bin/docker run --rm --network none --security-opt apparmor=unconfined hello-world',
].join(' && ');

/** Takes the image that berth carries out of a berth on a machine of its own. */
async function helloArchive(): Promise<Buffer> {
  const machine = await LabMachine.start();
  try {
    await bundleTo(machine);
    await machine.must(installLine);
    const encoded = await machine.must('berth save hello-world | base64 --wrap 0');
    return Buffer.from(encoded, 'base64');
  } finally {
    await machine.stop();
  }
}

async function seconds(
  command: string,
  prepare: (machine: LabMachine) => Promise<void>,
): Promise<number> {
  const machine = await LabMachine.start();
  try {
    await prepare(machine);
    await machine.must(`${ofEveryDebian} && sync`);
    const started = performance.now();
    const said = await machine.must(command);
    if (!said.includes('Hello from berth!')) throw new Error(`no hello: ${said}`);
    const elapsed = (performance.now() - started) / 1000;
    stdout.write(`${elapsed.toFixed(1)} s: ${command}\n`);
    return elapsed;
  } finally {
    await machine.stop();
  }
}

const archive = await helloArchive();
const taken: { readonly berth: number[]; readonly docker: number[] } = { berth: [], docker: [] };
for (let round = 0; round < rounds; round += 1) {
  taken.berth.push(await seconds(installLine, bundleTo));
  taken.docker.push(
    await seconds(withDocker, async (machine) => {
      await machine.must(`base64 --decode >${hello}`, { input: archive.toString('base64') });
    }),
  );
}
const [berth, docker] = [figuresOf(taken.berth).median, figuresOf(taken.docker).median];
stdout.write(
  `berth ${berth.toFixed(1)} s, docker.io ${docker.toFixed(1)} s, ratio ${(berth / docker).toFixed(2)}\n`,
);
