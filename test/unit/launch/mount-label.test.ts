import { describe, expect, it } from 'vitest';
import { addCgroupMount } from '../../../runtime/launch/mounts/cgroup-mount.ts';
import { Destinations } from '../../../runtime/launch/mounts/destinations.ts';
import { addMount } from '../../../runtime/launch/mounts/mounts.ts';
import { maskPaths } from '../../../runtime/launch/root/protected-paths.ts';
import { ProgramBuilder } from '../../../runtime/syscall/program-builder.ts';

const label = 'system_u:object_r:container_file_t:s0:c1,c2';
const context = `context="${label}"`;

/** The strings of a program: what its calls are given. */
function strings(
  build: (p: ProgramBuilder, destinations: Destinations) => void,
): readonly string[] {
  const p = new ProgramBuilder('test');
  build(p, new Destinations(p));
  return p.data.map((data) => Buffer.from(data).toString().replace(/\0+$/, ''));
}

function mounted(type: string, options: readonly string[], given?: string): readonly string[] {
  const mount = { destination: '/x', type, source: type, options };
  return strings((p, destinations) => {
    addMount(p, mount, { destinations, source: undefined, label: given });
  });
}

describe('the label of the mounts', () => {
  it('is an option of a file system, after its own', () => {
    expect(mounted('tmpfs', ['nosuid', 'size=1m', 'mode=755'], label)).toContain(
      `size=1m,mode=755,${context}`,
    );
    expect(mounted('devpts', [], label)).toContain(context);
  });

  it.each(['proc', 'sysfs'])('is not for %s', (type) => {
    expect(mounted(type, ['hidepid=1'], label).join()).not.toContain(label);
  });

  it('is an attribute of the root of mqueue, which takes no options', () => {
    const found = mounted('mqueue', [], label);
    expect(found).toContain('security.selinux');
    expect(found).toContain(label);
    expect(found).not.toContain(context);
  });

  it.each([undefined, ''])('changes nothing when it is %j', (none) => {
    expect(mounted('tmpfs', ['size=1m'], none)).toContain('size=1m');
    expect(mounted('mqueue', [], none)).not.toContain('security.selinux');
  });

  it('is on masks and on the folder of the cgroups too', () => {
    const masks = strings((p, destinations) => {
      maskPaths(p, ['/sys/firmware'], { destinations, label });
    });
    expect(masks).toContain(`size=0k,${context}`);
    const cgroups = strings((p, destinations) => {
      const hierarchies = [{ name: 'cpu', controllers: ['cpu'], folder: '/sys/fs/cgroup/cpu/x' }];
      const mount = { destination: '/c', type: 'cgroup', options: [] };
      addCgroupMount(p, mount, { destinations, hierarchies, from: 'namespace', label });
    });
    expect(cgroups).toContain(`mode=755,${context}`);
  });
});
