import { describe, expect, test } from 'vitest';
import { destinationOf } from '../../../runtime/container/model/container-mount.ts';
import type { ContainerRecord } from '../../../runtime/container/model/container-record.ts';
import { resolveMounts } from '../../../runtime/container/volumes/resolve-mounts.ts';
import { volumeMount } from '../../../runtime/container/volumes/volume-options.ts';
import { requestWith } from './create-request.ts';

type Asked = Pick<ContainerRecord, 'config' | 'hostConfig'>;

function asked(
  config: Parameters<typeof requestWith>[0],
  hostConfig: Parameters<typeof requestWith>[1] = {},
): Asked {
  return requestWith(config, hostConfig);
}

const nobody = (name: string): never => {
  throw new Error(`no container ${name}`);
};

describe('what a container is to have mounted', () => {
  test('is nameless where the image wants a volume and the client names nothing', () => {
    const mounts = resolveMounts(
      asked({ Volumes: { '/own': {}, '/bound/': {} } }, { Binds: ['/a:/bound', 'named:/named'] }),
      { find: nobody },
    );
    expect(mounts.map(destinationOf)).toEqual(['/bound', '/named', '/own']);
    expect(mounts.map(({ kind }) => kind)).toEqual(['bind', 'volume', 'volume']);
    expect(mounts[2]).toMatchObject({ volume: { name: '', origin: 'nameless' } });
  });

  test('is lent by others, read-only when wanted, and is filled there', () => {
    const mounts = resolveMounts(
      asked({}, { Binds: ['vol:/v', '/host:/h:ro'], Tmpfs: { '/t': '' } }),
      { find: nobody },
    );
    const lender = { ...asked({}), mounts } as unknown as ContainerRecord;
    const lent = (from: string) =>
      resolveMounts(asked({}, { VolumesFrom: [from] }), { find: () => lender });
    expect(lent('x').map(destinationOf)).toEqual(['/v', '/h']);
    expect(lent('x')[0]).toMatchObject({ volume: { name: 'vol', access: 'rw', content: 'none' } });
    expect(lent('x:ro')[0]).toMatchObject({ volume: { access: 'ro' } });
    // What is read-only there stays so.
    expect(lent('x:rw')[1]).toMatchObject({ bind: { access: 'ro' } });
  });

  test.each(['', ':ro', 'x:odd', 'x:ro:rw'])('refuses to be lent "%s"', (from) => {
    expect(() => resolveMounts(asked({}, { VolumesFrom: [from] }), { find: nobody })).toThrow(
      expect.objectContaining({ code: 'CONTAINER_CONFIG_INVALID' }),
    );
  });

  test('is read-only below a bind as well, but for clients that know nothing of it', () => {
    const record = asked({}, { Binds: ['/host:/h:ro'] });
    const depth = (readOnlyBinds: 'recursive' | 'top') =>
      resolveMounts(record, { find: nobody, readOnlyBinds })[0];
    expect(depth('recursive')).toMatchObject({ bind: { readOnly: 'recursive' } });
    expect(depth('top')).toMatchObject({ bind: { readOnly: 'top' } });
  });

  test('takes the driver that is named for all', () => {
    const [mount] = resolveMounts(asked({ Volumes: { '/a': {} } }, { VolumeDriver: 'odd' }), {
      find: nobody,
    });
    expect(mount).toMatchObject({ volume: { driver: 'odd' } });
  });
});

describe('options of the driver "local"', () => {
  test.each([
    [{}, undefined],
    [{ type: '', device: '', o: '' }, undefined],
    [
      { type: 'tmpfs', device: 'tmpfs' },
      { type: 'tmpfs', device: 'tmpfs', options: [] },
    ],
    [
      { type: 'nfs', device: ':/x', o: 'addr=10.0.0.1,rw' },
      { type: 'nfs', device: ':/x', options: ['addr=10.0.0.1', 'rw'] },
    ],
  ])('%j are read', (options, expected) => {
    expect(volumeMount('v', options as Readonly<Record<string, string>>)).toEqual(expected);
  });

  test.each([
    [{ odd: '1' }, 'VOLUME_OPTION_INVALID'],
    [{ type: 'tmpfs' }, 'VOLUME_OPTION_INVALID'],
    [{ device: 'tmpfs' }, 'VOLUME_OPTION_INVALID'],
    [{ o: 'rw' }, 'VOLUME_OPTION_INVALID'],
    [{ size: '1g' }, 'UNSUPPORTED_FIELD'],
  ])('%j are refused', (options, code) => {
    expect(() => volumeMount('v', options as Readonly<Record<string, string>>)).toThrow(
      expect.objectContaining({ code }),
    );
  });
});
