import { copyFileSync, existsSync, readFileSync } from 'node:fs';
import { ContainerRuntime } from '../../runtime/launch/container-runtime.ts';
import { Launcher } from '../../runtime/syscall/launcher.ts';
import { ourRequest } from './figures.ts';
import { figuresOf } from './median.ts';
import type { Result } from './report.ts';
import type { Workshop } from './workshop.ts';

/** Docker's init as Debian has it: tini, linked statically. */
const dockerInit = '/usr/bin/docker-init';

/** Memory of a container's first process (Pss) with `--init`: against Docker's init in the same container. */
export async function initMemory(workshop: Workshop, rounds: number): Promise<Result> {
  const launcher = await Launcher.start();
  const runtime = await ContainerRuntime.create(launcher, {
    execSocket: workshop.path('exec.sock'),
  });
  const program = ['/busybox', 'sh', '-c', '/busybox echo ready; exec /busybox sleep 600'];
  let number = 0;
  const measure = async (args: readonly string[], init: boolean): Promise<number> => {
    number += 1;
    const request = ourRequest(workshop, { name: `init-${number}`, args });
    const { pid } = await runtime.start({ ...request, init });
    const monitor = await runtime.connect(request.runDir);
    while (!readFileSync(request.logFile, 'utf8').includes('ready'))
      await new Promise((resolve) => setTimeout(resolve, 5));
    const rollup = readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8');
    monitor?.signal(9);
    await monitor?.closed;
    return Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1]);
  };
  const [ours, theirs]: [number[], number[]] = [[], []];
  try {
    const hasPeer = existsSync(dockerInit);
    if (hasPeer) copyFileSync(dockerInit, `${workshop.rootfs}/docker-init`);
    for (let round = 0; round < rounds; round += 1) {
      ours.push(await measure(program, true));
      if (hasPeer) theirs.push(await measure(['/docker-init', '--', ...program], false));
    }
  } finally {
    await launcher.stop();
  }
  return {
    name: 'memory of the init (Pss)',
    unit: 'KB',
    ours: figuresOf(ours),
    ...(theirs.length > 0 && { theirs: { name: 'docker-init', figures: figuresOf(theirs) } }),
    limit: { most: 64 },
  };
}
