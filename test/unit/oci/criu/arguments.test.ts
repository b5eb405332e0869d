import { describe, expect, it } from 'vitest';
import type { OciContext } from '../../../../runtime/oci/command.ts';
import { checkpointCommand } from '../../../../runtime/oci/commands/checkpoint.ts';
import { criuOptions, criuRequest } from '../../../../runtime/oci/criu/criu-options.ts';
import {
  externalOnRestore,
  refuseUncheckpointable,
} from '../../../../runtime/launch/criu/external.ts';
import { inheritedStreams, outsideStreams } from '../../../../runtime/launch/criu/streams.ts';
import { readOptions } from '../../../../runtime/oci/options.ts';
import { parseSpec } from '../../../../runtime/spec/parse-spec.ts';
import { defaultConfig } from '../../../../runtime/oci/default-config.ts';

const context = { workingDirectory: '/work' } as OciContext;

const request = (...argv: readonly string[]): ReturnType<typeof criuRequest> => {
  const declared = [...criuOptions, ...checkpointCommand.options];
  const { options, operands } = readOptions(argv, { declared, operandsFrom: 'anywhere' });
  return criuRequest({ context, options, operands });
};

describe('options that CRIU has too', () => {
  it('have defaults', () => {
    expect(request()).toEqual({
      images: '/work/checkpoint',
      work: '/work/checkpoint',
      shared: ['--manage-cgroups=soft'],
    });
  });

  it.each<[readonly string[], readonly string[]]>([
    [['--tcp-established'], ['--tcp-established']],
    [['--ext-unix-sk'], ['--ext-unix-sk']],
    [['--shell-job'], ['--shell-job']],
    [['--file-locks'], ['--file-locks']],
    [['--auto-dedup'], ['--auto-dedup']],
    [['--tcp-skip-in-flight'], ['--skip-in-flight']],
    [['--link-remap'], ['--link-remap']],
    [
      ['--empty-ns', 'network'],
      ['--empty-ns', 'net'],
    ],
    [['--manage-cgroups-mode', 'ignore'], ['--manage-cgroups=ignore']],
  ])('%j is %j', (argv, wanted) => {
    const { shared } = request(...argv);
    expect(shared).toEqual(expect.arrayContaining([...wanted]));
  });

  it('take folders from where they are called', () => {
    const { images, work } = request('--image-path', 'a', '--work-path', '/b');
    expect({ images, work }).toEqual({ images: '/work/a', work: '/b' });
  });

  it.each([['--lazy-pages'], ['--empty-ns', 'ipc'], ['--manage-cgroups-mode', 'none']])(
    '%s is refused by name',
    (...argv) => {
      expect(() => request(...argv)).toThrow(expect.objectContaining({ code: 'USAGE' }));
    },
  );
});

describe('standard streams', () => {
  const names = ['/dev/null', 'pipe:[5]', 'file[1a:2b]'];

  it('that are outside are named on the way out, each once', () => {
    const streams = names.map((name) => ({ name, isOutside: name.startsWith('file[') }));
    expect(outsideStreams([...streams, ...streams])).toEqual(['--external', 'file[1a:2b]']);
  });

  it('are replaced by those of the caller, but for paths in the container', () => {
    expect(inheritedStreams(names)).toEqual([
      ...['--inherit-fd', 'fd[1]:pipe:[5]', '--inherit-fd', 'fd[2]:file[1a:2b]'],
    ]);
    expect(inheritedStreams(['socket:[7]', 'socket:[7]', ''])).toEqual([
      ...['--inherit-fd', 'fd[0]:socket:[7]'],
    ]);
  });
});

describe('a config', () => {
  const base = defaultConfig({ cgroup: 'v2' });
  const config = { ...base, process: { ...base.process, terminal: false } };
  const { linux, mounts = [] } = config;
  const namespaces = linux?.namespaces ?? [];

  it('with bind mounts and a network of somebody else names both', () => {
    const spec = parseSpec({
      ...config,
      mounts: [
        ...mounts,
        { destination: '/a/../data/', type: 'bind', source: 'data', options: ['rbind'] },
      ],
      linux: {
        ...linux,
        namespaces: namespaces.map((one) =>
          one.type === 'network' ? { ...one, path: '/run/netns/x' } : one,
        ),
      },
    });
    refuseUncheckpointable(spec, { cgroups: 'v2' });
    expect(externalOnRestore(spec, { bundle: '/bundle', network: 'given' })).toEqual([
      ...['--external', 'mnt[/data]:/bundle/data', '--inherit-fd', 'fd[10]:extRootNetNS'],
    ]);
  });

  const hook = [{ path: '/bin/true' }];
  it.each<[string, object]>([
    ['process.terminal', { process: { ...config.process, terminal: true } }],
    ['hooks.createRuntime', { hooks: { createRuntime: hook } }],
    [
      'linux.namespaces[0].path',
      {
        linux: {
          ...linux,
          namespaces: [
            { type: 'ipc', path: '/x' },
            ...namespaces.filter(({ type }) => type !== 'ipc'),
          ],
        },
      },
    ],
    [
      'without a "pid" namespace',
      { linux: { ...linux, namespaces: namespaces.filter(({ type }) => type !== 'pid') } },
    ],
    [
      'with a "user" namespace',
      {
        linux: {
          ...linux,
          namespaces: [...namespaces, { type: 'user' }],
          uidMappings: [{ containerID: 0, hostID: 1000, size: 1 }],
          gidMappings: [{ containerID: 0, hostID: 1000, size: 1 }],
        },
      },
    ],
  ])('with %s is refused by that name', (field, change) => {
    const spec = parseSpec({ ...config, ...change });
    expect(() => {
      refuseUncheckpointable(spec, { cgroups: 'v2' });
    }).toThrow(field);
  });

  it('with cgroups of v1 in it is refused', () => {
    const spec = parseSpec(config);
    const hasCgroup = spec.mounts.some(({ type }) => type === 'cgroup');
    const refuse = (): void => {
      refuseUncheckpointable(spec, { cgroups: 'v1' });
    };
    expect(hasCgroup).toBe(true);
    expect(refuse).toThrow('on cgroup v1');
  });
});
