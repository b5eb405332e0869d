import { describe, expect, it } from 'vitest';
import { parseSpec } from '../../../runtime/spec/parse-spec.ts';

const range = { containerID: 0, hostID: 1000, size: 10 };
const user = [{ type: 'user' }, { type: 'mount' }];

function config(linux: object, rest: object = {}): object {
  return {
    ociVersion: '1.2.1',
    process: { args: ['true'], cwd: '/', user: { uid: 0, gid: 0 } },
    root: { path: 'rootfs' },
    linux,
    ...rest,
  };
}

function refusal(json: object): string {
  try {
    parseSpec(json);
    return 'accepted';
  } catch (error) {
    return (error as Error).message;
  }
}

function mapped(uidMappings: readonly object[], gidMappings: readonly object[] = [range]): object {
  return config({ namespaces: user, uidMappings, gidMappings });
}

describe('id mappings', () => {
  it('are accepted with a user namespace', () => {
    expect(refusal(mapped([range, { containerID: 10, hostID: 5000, size: 1 }]))).toBe('accepted');
    expect(refusal(mapped([{ containerID: 0, hostID: 0, size: 0xffff_ffff }]))).toBe('accepted');
  });

  it.each([
    [
      'overlap in the container',
      { containerID: 9, hostID: 5000, size: 1 },
      'uidMappings[1].containerID',
    ],
    ['overlap on the host', { containerID: 50, hostID: 1009, size: 5 }, 'uidMappings[1].hostID'],
    ['end above 2^32', { containerID: 10, hostID: 0xffff_fff0, size: 16 }, 'uidMappings[1].hostID'],
    ['are empty', { containerID: 10, hostID: 0, size: 0 }, 'uidMappings[1].size'],
  ])('that %s are refused by their place', (_, second, field) => {
    expect(refusal(mapped([range, second]))).toContain(`'linux.${field}'`);
  });

  it('are at most as many as the kernel takes', () => {
    const many = Array.from({ length: 341 }, (_, i) => ({ containerID: i, hostID: i, size: 1 }));
    expect(refusal(mapped(many.slice(1).concat({ containerID: 0, hostID: 0, size: 1 })))).toContain(
      'at most 340 ranges',
    );
    expect(refusal(mapped(many.slice(0, 340)))).toBe('accepted');
  });

  it('belong to a user namespace, and come for users and groups or for neither', () => {
    expect(refusal(config({ uidMappings: [range] }))).toContain("'linux.uidMappings'");
    expect(refusal(mapped([range], []))).toContain(
      "'linux.gidMappings' is [], wanted at least one",
    );
    expect(refusal(mapped([], []))).toBe('accepted');
    const joined = [{ type: 'user', path: '/proc/1/ns/user' }, { type: 'mount' }];
    expect(refusal(config({ namespaces: joined }))).toBe('accepted');
  });

  it.each([
    ['uid', { uid: 10, gid: 0 }],
    ['gid', { uid: 0, gid: 10 }],
    ['additionalGids[1]', { uid: 0, gid: 0, additionalGids: [1, 10] }],
  ])('have the user of the process: %s', (field, ids) => {
    const process = { args: ['true'], cwd: '/', user: ids };
    const linux = { namespaces: user, uidMappings: [range], gidMappings: [range] };
    expect(refusal(config(linux, { process }))).toContain(`'process.user.${field}' is 10`);
  });
});

describe('a name of the host', () => {
  it.each(['hostname', 'domainname'])('is not changed: %s', (field) => {
    expect(refusal(config({}, { [field]: 'x' }))).toContain(`'${field}' is "x"`);
    expect(refusal(config({ namespaces: [{ type: 'uts' }] }, { [field]: 'x' }))).toBe('accepted');
  });
});
