import { describe, expect, test } from 'vitest';
import { parseMountOptions } from '../../../runtime/launch/mounts/mount-options.ts';
import { features } from '../../../runtime/oci/features.ts';
import { ociSpecVersion } from '../../../runtime/oci/versions.ts';
import { parseSpec } from '../../../runtime/spec/parse-spec.ts';

/** As far as these tests look. */
interface Features {
  readonly ociVersionMin: string;
  readonly ociVersionMax: string;
  readonly mountOptions: readonly string[];
  readonly linux: {
    readonly capabilities: readonly string[];
    readonly seccomp: { readonly archs: readonly string[] };
  };
}

const answer = (lastCapability: number): Features =>
  features({ architecture: 'x86_64', lastCapability, version: '9' }) as Features;

describe('features', () => {
  test('name mount options that are carried out', () => {
    const { mountOptions } = answer(40);
    expect(mountOptions).toEqual(expect.arrayContaining(['bind', 'rprivate', 'rro', 'nosuid']));
    expect(mountOptions).toEqual([...mountOptions].sort());
    const { data } = parseMountOptions(mountOptions);
    expect(data).toBe('');
  });

  test('name the capabilities that the kernel knows', () => {
    expect(answer(40).linux.capabilities.at(-1)).toBe('CAP_CHECKPOINT_RESTORE');
    expect(answer(37).linux.capabilities.at(-1)).toBe('CAP_AUDIT_READ');
  });

  test('name the architectures that filters are made for', () => {
    expect(answer(40).linux.seccomp.archs).toEqual([
      ...['SCMP_ARCH_X32', 'SCMP_ARCH_X86', 'SCMP_ARCH_X86_64'],
    ]);
  });

  test('name versions of which configs are read', () => {
    const { ociVersionMin, ociVersionMax } = answer(40);
    const config = {
      process: { user: { uid: 0, gid: 0 }, args: ['x'], cwd: '/' },
      root: { path: 'r' },
    };
    for (const ociVersion of [ociVersionMin, ociVersionMax]) {
      expect(parseSpec({ ...config, ociVersion }).ociVersion).toBe(ociVersion);
    }
    expect(ociVersionMax).toBe(ociSpecVersion);
  });
});
