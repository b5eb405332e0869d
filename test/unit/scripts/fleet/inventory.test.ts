import { afterEach, describe, expect, test } from 'vitest';
import { useLanguage } from '../../../../messages/language.ts';
import { isBerthError, type BerthError } from '../../../../runtime/errors/berth-error.ts';
import { selectHosts } from '../../../../scripts/fleet/inventory/fleet-host.ts';
import { parseAddress } from '../../../../scripts/fleet/inventory/parse-address.ts';
import { parseInventory } from '../../../../scripts/fleet/inventory/read-inventory.ts';
import { parseSetting, upArguments } from '../../../../scripts/fleet/inventory/up-options.ts';

afterEach(() => {
  useLanguage('en');
});

/** The error of a hosts file, which has to have one. */
function errorOf(text: string): BerthError {
  try {
    parseInventory(text, 'hosts.yaml');
  } catch (error) {
    if (isBerthError(error, 'FLEET_INVENTORY_INVALID')) return error;
    throw error;
  }
  throw new Error('the file was taken');
}

describe('an address', () => {
  test.each([
    ['host', { address: 'host' }],
    ['deploy@10.0.0.1', { user: 'deploy', address: '10.0.0.1' }],
    ['a@b@host', { user: 'a@b', address: 'host' }],
    ['root@2001:db8::1', { user: 'root', address: '2001:db8::1' }],
    ['::1', { address: '::1' }],
    ['ssh://host', { address: 'host' }],
    ['ssh://u@host:2222', { user: 'u', address: 'host', port: 2222 }],
    ['ssh://u@[fe80::1%eth0]:22/', { user: 'u', address: 'fe80::1%eth0', port: 22 }],
  ])('%s', (text, target) => {
    expect(parseAddress(text)).toEqual(target);
  });

  test.each([
    '',
    '@host',
    'user@',
    'host:22',
    '-oProxyCommand=reboot',
    'user@-oProxyCommand=reboot',
    '-l@host',
    'a b',
    'host;reboot',
    'ssh://host:0',
    'ssh://host:70000',
    'ssh://host:22x',
    'ssh://host/path',
    'ssh://[::1',
  ])('not %j', (text) => {
    expect(() => parseAddress(text)).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });
});

describe('a hosts file', () => {
  test('the nearest word counts, labels and options of up add up', () => {
    const hosts = parseInventory(
      `
defaults: { user: deploy, labels: [all], up: { dataRoot: /data, smoke-test: false } }
hosts:
  - root@10.0.0.1
groups:
  web:
    port: 2222
    labels: [blue]
    up: { data-root: /web }
    hosts:
      - one.example
      - { name: two, address: admin@two.example, port: 22, user: root, labels: [db], up: { docker-socket: true } }
`,
      'hosts.yaml',
    );
    expect(hosts).toEqual([
      {
        name: '10.0.0.1',
        address: '10.0.0.1',
        user: 'root',
        labels: ['all'],
        upOptions: ['--data-root=/data', '--no-smoke-test'],
      },
      {
        name: 'one.example',
        address: 'one.example',
        user: 'deploy',
        port: 2222,
        labels: ['all', 'blue', 'web'],
        upOptions: ['--data-root=/data', '--no-smoke-test', '--data-root=/web'],
      },
      {
        name: 'two',
        address: 'two.example',
        user: 'root',
        port: 22,
        labels: ['all', 'blue', 'db', 'web'],
        upOptions: ['--data-root=/data', '--no-smoke-test', '--data-root=/web', '--docker-socket'],
      },
    ]);
  });

  test('every mistake is told with its line and column', () => {
    const { details, message } = errorOf(`defaults: {bogus: 1}
hosts:
  - address: one
    port: 99999
  - 7
  - user: root
groups:
  web: {hosts: x}
`);
    expect(message).toContain('hosts.yaml');
    expect(details['problems']).toEqual([
      expect.stringMatching(/^line 1, column 12 \(defaults.bogus\): .*"bogus"/),
      expect.stringMatching(/^line 4, column 11 \(hosts\[0\].port\): /),
      expect.stringMatching(/^line 5, column 5 \(hosts\[1\]\): wanted an address/),
      expect.stringMatching(/^line 6, column 5 \(hosts\[2\].address\): /),
      expect.stringMatching(/^line 8, column 16 \(groups.web.hosts\): /),
    ]);
  });

  test('what only berth itself can judge is told in the same way', () => {
    const { details } = errorOf(`hosts:
  - -oProxyCommand=reboot
  - { address: a, up: { data-root: relative } }
  - { address: b, up: { bogus: 1 } }
  - { address: c, up: { yes: true } }
  - { address: d, up: { socket: [/a, /b] } }
  - { address: e }
  - { name: f, address: E }
`);
    expect(details['problems']).toEqual([
      expect.stringMatching(/^line 2, column 5 .*is not the address of a host/),
      expect.stringMatching(/^line 3, column 5 .*wanted an absolute path/),
      expect.stringMatching(/^line 4, column 5 .*"bogus" is not an option of "berth up"/),
      expect.stringMatching(/^line 5, column 5 .*"yes" is not an option/),
      expect.stringMatching(/^line 6, column 5 .*can be given only once/),
      expect.stringMatching(/^line 8, column 5 .*the same address "E"/),
    ]);
  });

  test.each(['-oProxyCommand=reboot', 'a b', 'a@b;c', '""'])('no user is called %s', (user) => {
    const { details } = errorOf(`defaults: {user: ${user}}\nhosts: [a]\n`);
    expect(details['problems']).toEqual([
      expect.stringMatching(/^line 1, column 18 \(defaults.user\): wanted the name of a user/),
    ]);
  });

  test('YAML that is none is told with its line', () => {
    expect(errorOf('hosts:\n  - a\n - b\n').message).toMatch(/line 3, column \d/);
    expect(errorOf('hosts: [a]\nhosts: [b]\n').message).toContain('line 2, column 1');
    expect(errorOf('- a\n').message).toContain('line 1, column 1');
  });

  test('in Chinese too, what zod finds included', () => {
    useLanguage('zh');
    expect(errorOf('hosts:\n  - {address: a, port: x}\n').message).toMatch(
      /第 2 行第 24 列（hosts\[0\]\.port）：.*\p{Script=Han}/u,
    );
  });

  test('hosts behind one address are told apart by their ports', () => {
    const hosts = parseInventory(
      'hosts: [{address: root@gate, port: 2201}, {address: "ssh://root@gate:2202"}]',
      'hosts.yaml',
    );
    expect(hosts.map(({ name }) => name)).toEqual(['gate:2201', 'gate:2202']);
  });

  test('an empty one has no hosts', () => {
    expect(parseInventory('', 'hosts.yaml')).toEqual([]);
  });
});

describe('options of up', () => {
  test.each([
    ['data-root=/a=b', ['--data-root=/a=b']],
    ['docker-socket', ['--docker-socket']],
    ['docker-socket=false', []],
    ['smoke-test=false', ['--no-smoke-test']],
    ['no-smoke-test', ['--no-smoke-test']],
  ])('--set %s', (text, args) => {
    expect(upArguments(parseSetting(text))).toEqual(args);
  });

  test('a list is an option that is repeated', () => {
    expect(upArguments({ skip: ['dns=no need', 'time=known'] })).toEqual([
      '--skip=dns=no need',
      '--skip=time=known',
    ]);
  });

  test.each([
    'bogus',
    'json',
    'plan=/x',
    'dry-run',
    'data-root',
    'docker-socket=/x',
    'data-root=x',
  ])('not --set %s', (text) => {
    expect(() => upArguments(parseSetting(text))).toThrow(
      expect.objectContaining({ code: 'USAGE' }),
    );
  });
});

describe('--only', () => {
  const hosts = parseInventory(
    'hosts: [{address: a, labels: [x]}, {address: b, labels: [y]}, {address: c, labels: [x, y]}]',
    'hosts.yaml',
  );
  const names = (...only: readonly string[]) => selectHosts(hosts, only).map(({ name }) => name);

  test('chooses by name or label, in the order of the fleet', () => {
    expect(names()).toEqual(['a', 'b', 'c']);
    expect(names('x')).toEqual(['a', 'c']);
    expect(names('y', 'a')).toEqual(['a', 'b', 'c']);
  });

  test('a word that nobody goes by is a mistake, and not an empty fleet', () => {
    expect(() => names('x', 'z')).toThrow(expect.objectContaining({ code: 'FLEET_NO_HOSTS' }));
  });
});
