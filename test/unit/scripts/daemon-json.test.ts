import { describe, expect, test } from 'vitest';
import { dataRootOf, mergeDaemonConfig, socketsOf } from '../../../templates/daemon-json.ts';

const path = '/etc/berth/daemon.json';
const wish = { sockets: ['/run/berth/berth.sock'], group: 'berth' };
const merge = (text: string | undefined, extra: object = {}): string =>
  mergeDaemonConfig({ path, text }, { ...wish, ...extra });

describe('mergeDaemonConfig', () => {
  test('makes a file where there is none', () => {
    expect(JSON.parse(merge(undefined))).toEqual({
      group: 'berth',
      hosts: ['unix:///run/berth/berth.sock'],
    });
  });

  test('keeps unknown keys, their values, their order and the indentation', () => {
    const text =
      '{\n\t"registry-mirrors": ["https://m.example"],\n\t"x-mine": {"a": [1, null]},\n\t"bip": "10.1.0.1/24"\n}\n';
    const merged = merge(text);
    expect(Object.keys(JSON.parse(merged) as object)).toEqual([
      'registry-mirrors',
      'x-mine',
      'bip',
      'group',
      'hosts',
    ]);
    expect(merged).toContain('\n\t"bip"');
    expect(JSON.parse(merged)).toMatchObject({ 'x-mine': { a: [1, null] }, bip: '10.1.0.1/24' });
  });

  test('gives text that needs no change back byte for byte', () => {
    const text = '{"hosts":["unix:///run/berth/berth.sock"] ,  "group":"docker"}';
    expect(merge(text)).toBe(text);
    expect(merge(merge(undefined))).toBe(merge(undefined));
  });

  test('adds sockets to those that are there, once', () => {
    const text = '{"hosts": ["tcp://127.0.0.1:1", "unix:///run/berth/berth.sock"]}';
    const merged = merge(text, { sockets: ['/run/berth/berth.sock', '/var/run/docker.sock'] });
    expect(JSON.parse(merged)).toMatchObject({
      hosts: ['tcp://127.0.0.1:1', 'unix:///run/berth/berth.sock', 'unix:///var/run/docker.sock'],
    });
    expect(socketsOf({ path, text: merged })).toEqual([
      '/run/berth/berth.sock',
      '/var/run/docker.sock',
    ]);
  });

  test('leaves a data root alone unless one is asked for', () => {
    const text = '{"data-root": "/srv/berth"}';
    expect(dataRootOf({ path, text: merge(text) })).toBe('/srv/berth');
    expect(dataRootOf({ path, text: merge(text, { dataRoot: '/data' }) })).toBe('/data');
  });

  test.each([
    ['{"group": 5}', /"group" is 5; wanted a string/],
    ['{"hosts": "unix:///x"}', /"hosts" is "unix:\/\/\/x"; wanted a list of strings/],
    ['[1]', /it holds \[1\]; wanted an object/],
    ['{"a": 1,}', /JSON/],
    ['# comment\n{}', /JSON/],
  ])('refuses %s', (text, message) => {
    expect(() => merge(text)).toThrow(
      expect.objectContaining({
        code: 'DAEMON_CONFIG_INVALID',
        message: expect.stringMatching(message) as unknown,
      }) as Error,
    );
  });
});
