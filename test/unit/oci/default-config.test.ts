import { describe, expect, test } from 'vitest';
import { defaultConfig, rootlessConfig } from '../../../runtime/oci/default-config.ts';
import { parseSpec } from '../../../runtime/spec/parse-spec.ts';

describe('the config to begin with', () => {
  test('can be read, and isolates all but users and time', () => {
    const spec = parseSpec(JSON.parse(JSON.stringify(defaultConfig({ cgroup: 'v2' }))));
    expect(spec.process).toMatchObject({ terminal: true, args: ['sh'], noNewPrivileges: true });
    expect(spec.linux.namespaces.map(({ type }) => type).sort()).toEqual([
      'cgroup',
      'ipc',
      'mount',
      'network',
      'pid',
      'uts',
    ]);
    expect(spec.linux.resources?.devices).toMatchObject([{ allow: false, access: 'rwm' }]);
  });

  test('has no cgroup namespace with v1, where runc makes none', () => {
    const { namespaces } = parseSpec(defaultConfig({ cgroup: 'v1' })).linux;
    expect(namespaces.map(({ type }) => type)).not.toContain('cgroup');
  });

  test('for a user without rights asks for nothing that needs them', () => {
    const spec = parseSpec(rootlessConfig({ uid: 1000, gid: 100 }));
    const types = spec.linux.namespaces.map(({ type }) => type);
    expect(types).toContain('user');
    expect(types).not.toContain('network');
    expect(spec.linux.uidMappings).toEqual([{ containerID: 0, hostID: 1000, size: 1 }]);
    expect(spec.linux.gidMappings).toEqual([{ containerID: 0, hostID: 100, size: 1 }]);
    expect(spec.linux.resources).toBeUndefined();
    expect(spec.mounts.flatMap(({ options }) => options)).not.toContain('gid=5');
    expect(spec.mounts.find(({ destination }) => destination === '/sys')).toMatchObject({
      source: '/sys',
      options: ['rbind', 'nosuid', 'noexec', 'nodev', 'ro'],
    });
  });
});
