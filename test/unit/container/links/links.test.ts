import { describe, expect, test } from 'vitest';
import { linkEnvironment } from '../../../../runtime/container/links/link-environment.ts';
import { withAddresses } from '../../../../runtime/container/links/renew-links.ts';
import { resolveLinks } from '../../../../runtime/container/links/resolve-links.ts';
import { createRequestSchema } from '../../../../runtime/container/model/create-request.ts';
import type { ContainerRecord } from '../../../../runtime/container/model/container-record.ts';

const modes: Readonly<Record<string, string>> = { a: 'bridge', b: 'container:a', host: 'host' };

function find(name: string): Pick<ContainerRecord, 'id' | 'hostConfig'> {
  const NetworkMode = modes[name];
  if (NetworkMode === undefined) throw new Error(`No such container: ${name}`);
  const { hostConfig } = createRequestSchema.parse({ Image: 'x', HostConfig: { NetworkMode } });
  return { id: name as ContainerRecord['id'], hostConfig };
}

describe('resolveLinks', () => {
  test.each([
    [
      ['a', 'a:db', 'a:/store', '/a:/web/cache'],
      ['a', 'db', 'store', 'cache'],
    ],
    [['a:db', 'b:db'], ['db']],
    [[], []],
  ])('%j', (Links, aliases) => {
    const links = resolveLinks({ Links, NetworkMode: 'bridge' }, find);
    expect(links).toEqual(aliases.map((alias) => ({ alias, container: 'a' })));
  });

  test('a container with the network of another one stands for that one', () => {
    expect(resolveLinks({ Links: ['b:x'], NetworkMode: 'none' }, find)).toEqual([
      { alias: 'x', container: 'a' },
    ]);
  });

  test.each([
    ['nobody', 'could not get container for nobody: No such container: nobody'],
    ['', 'empty string specified for links'],
    [':x', 'empty string specified for links'],
    ['a:b:c', 'bad format for links: a:b:c'],
    ['host', "host type networking can't be used with links"],
  ])('refuses %j', (link, words) => {
    expect(() => resolveLinks({ Links: [link], NetworkMode: 'bridge' }, find)).toThrow(
      expect.objectContaining({
        code: 'CONTAINER_CONFIG_INVALID',
        message: expect.stringContaining(words) as string,
      }),
    );
  });

  test('in networks with names links are the endpoint’s', () => {
    expect(resolveLinks({ Links: ['nobody'], NetworkMode: 'mine' }, find)).toEqual([]);
  });
});

test('the variables of a link, with a range of ports, TCP first', () => {
  const variables = linkEnvironment({
    ...{ alias: 'my-db', parent: 'web', address: '172.17.0.2' },
    ports: [
      { protocol: 'udp', port: 53 },
      { protocol: 'tcp', port: 5433 },
      { protocol: 'tcp', port: 5432 },
    ],
    environment: ['PATH=/bin', 'HOME=/', 'USER=x=y', 'BARE'],
  });
  const at = (number: number, protocol: string): readonly string[] => {
    const key = `MY_DB_PORT_${number}_${protocol.toUpperCase()}`;
    return [
      `${key}=${protocol}://172.17.0.2:${number}`,
      `${key}_ADDR=172.17.0.2`,
      `${key}_PORT=${number}`,
      `${key}_PROTO=${protocol}`,
    ];
  };
  expect(variables).toEqual([
    'MY_DB_PORT=tcp://172.17.0.2:5432',
    ...[...at(5432, 'tcp'), ...at(5433, 'tcp'), ...at(53, 'udp')],
    'MY_DB_PORT_5432_TCP_START=tcp://172.17.0.2:5432',
    'MY_DB_PORT_5432_TCP_PORT_START=5432',
    'MY_DB_PORT_5432_TCP_END=tcp://172.17.0.2:5433',
    'MY_DB_PORT_5432_TCP_PORT_END=5433',
    'MY_DB_NAME=/web/my-db',
    'MY_DB_ENV_USER=x=y',
  ]);
});

test('lines of other names, and of the other family, stay', () => {
  const text =
    '127.0.0.1\tlocalhost\n172.17.0.2\tdb 0123 other\nfd00::2\tdb 0123\n172.17.0.2\tdb2\n';
  expect(withAddresses(text, 'db', ['172.17.0.9'])).toBe(text.replace('2\tdb ', '9\tdb '));
});
