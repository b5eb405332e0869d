import { mkdirSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import type { StartRequest } from '../../../runtime/launch/plan-start.ts';
import { useMachine } from './use-machine.ts';

const machine = useMachine();

/** Layers as an image has them, with names as long as a ChainID; each has a file of its own and one that it changes. */
function layersOf(count: number): readonly string[] {
  return Array.from({ length: count }, (_, i) => {
    const layer = `${machine().folder}/layers-${count}/${String(i).padStart(64, '0')}/fs`;
    mkdirSync(`${layer}/layers`, { recursive: true });
    writeFileSync(`${layer}/layers/${i}`, '');
    writeFileSync(`${layer}/topmost`, `${i}\n`);
    return layer;
  }).toReversed();
}

/** A request for a container on top of so many layers and the image's own. */
function requestFor(count: number, script: string): StartRequest {
  const request = machine().request(['sh', '-c', script]);
  if (request.rootfs.type !== 'overlay') throw new Error('the root is no overlay');
  const lower = [...layersOf(count), ...request.rootfs.lower];
  return { ...request, rootfs: { ...request.rootfs, lower } };
}

const script =
  'ls layers | wc -l; cat topmost; echo new > topmost; cat topmost; rm layers/0; ls layers | wc -l; wc -l < /proc/mounts';

describe('a container on many layers', () => {
  // Some 40 fit into one page of options; 128 is more than Docker takes; 500 is as many as overlayfs takes.
  it.each([2, 36, 44, 127, 128, 300, 499])('%i of them', async (count) => {
    const { exit, stdout, stderr } = await machine().finish(requestFor(count, script));
    expect(stderr).toBe('');
    expect(exit.exitCode).toBe(0);
    const [layers, topmost, changed, rest, mounts] = stdout.trim().split('\n');
    expect([layers, topmost, changed, rest]).toEqual([
      String(count),
      String(count - 1),
      'new',
      String(count - 1),
    ]);
    // Nothing more is mounted than with few layers.
    const plain = await machine().shell('wc -l < /proc/mounts');
    expect(mounts).toBe(plain);
  });

  it('has no folder but its own as the current one of its host side', async () => {
    expect(await machine().shell('pwd; ls /')).not.toContain('U');
    const { stdout } = await machine().finish(requestFor(128, 'pwd; ls /'));
    expect(stdout.split('\n')).toEqual(expect.arrayContaining(['/', 'layers', 'topmost', 'bin']));
  });

  it('more than overlayfs takes: an error that says so', async () => {
    await expect(machine().runtime.start(requestFor(500, 'true'))).rejects.toMatchObject({
      code: 'ROOTFS_TOO_DEEP',
      details: { layers: 501 },
    });
  });
});

it('many layers work in a user namespace, too', async () => {
  const mapping = [{ containerID: 0, hostID: 0, size: 65_536 }];
  const types = ['pid', 'mount', 'uts', 'ipc', 'network', 'cgroup', 'user'] as const;
  const namespaces = types.map((type) => ({ type }));
  const linux = { namespaces, uidMappings: mapping, gidMappings: mapping };
  const request = machine().request(['sh', '-c', 'ls layers | wc -l'], { linux });
  if (request.rootfs.type !== 'overlay') throw new Error('the root is no overlay');
  const lower = [...layersOf(128), ...request.rootfs.lower];
  const { stdout } = await machine().finish({ ...request, rootfs: { ...request.rootfs, lower } });
  expect(stdout).toBe('128\n');
});

describe('paths that overlayfs would split', () => {
  it.each([1, 60])('are escaped, with %i layers', async (count) => {
    const request = requestFor(count, 'cat odd; ls layers | wc -l');
    if (request.rootfs.type !== 'overlay') throw new Error('the root is no overlay');
    const odd = `${machine().folder}/odd:a,b\\c-${count}`;
    mkdirSync(odd);
    writeFileSync(`${odd}/odd`, 'odd\n');
    const lower = [odd, ...request.rootfs.lower];
    const { stdout } = await machine().finish({ ...request, rootfs: { ...request.rootfs, lower } });
    expect(stdout).toBe(`odd\n${count}\n`);
  });
});
