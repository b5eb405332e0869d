import { describe, expect, test } from 'vitest';

import { logConfigProblem } from '../../../runtime/container/log-drivers/driver-options.ts';
import type { LogFacts } from '../../../runtime/container/log-drivers/log-facts.ts';
import { logTag, tagProblem } from '../../../runtime/container/log-drivers/log-tag.ts';
import { syslogMessage } from '../../../runtime/container/log-drivers/syslog/syslog-message.ts';
import {
  syslogAddress,
  syslogFacility,
} from '../../../runtime/container/log-drivers/syslog/syslog-options.ts';

const time = '2026-03-04T05:06:07.123456789Z';
const local = new Date(time);
const two = (value: number): string => String(value).padStart(2, '0');
const clock = [local.getHours(), local.getMinutes(), local.getSeconds()].map(two).join(':');
const message = {
  stream: 'stderr',
  text: Buffer.from('çay'),
  time,
  isPartial: false,
  end: 0,
} as const;
const header = { facility: 3, hostname: 'host', tag: 'tag', pid: 7 } as const;

describe('a message', () => {
  test.each([
    ['', new RegExp(`^<27>Mar  \\d ${clock} tag\\[7\\]: çay\n$`)],
    ['rfc3164', new RegExp(`^<27>Mar  \\d ${clock} host tag\\[7\\]: çay\n$`)],
    [
      'rfc5424',
      new RegExp(`^<27>1 2026-03-0\\dT${clock}(Z|[+-]\\d\\d:\\d\\d) host tag 7 tag - çay\n$`),
    ],
    [
      'rfc5424micro',
      new RegExp(
        `^<27>1 2026-03-0\\dT${clock}\\.123456(Z|[+-]\\d\\d:\\d\\d) host tag 7 tag - çay\n$`,
      ),
    ],
  ] as const)('of format "%s"', (format, wanted) => {
    expect(syslogMessage({ ...header, format, framing: 'lines' }, message)?.toString()).toMatch(
      wanted,
    );
  });

  test('has its length in bytes before it (RFC 5425)', () => {
    const framed = syslogMessage({ ...header, format: 'rfc5424', framing: 'lengths' }, message);
    const [length = ''] = framed?.toString().split(' ') ?? [];
    expect(framed?.length).toBe(length.length + 1 + Number(length));
    expect(framed?.toString()).toMatch(/ - çay$/);
  });
});

test('every facility has its number, by name or as it is', () => {
  const names =
    'kern user mail daemon auth syslog lpr news uucp cron authpriv ftp local0 local1 local2 local3 local4 local5 local6 local7';
  const numbers = [
    ...Array.from({ length: 12 }, (_, number) => number),
    16,
    17,
    18,
    19,
    20,
    21,
    22,
    23,
  ];
  expect(names.split(' ').map(syslogFacility)).toEqual(numbers);
  expect(['', '0', '23'].map(syslogFacility)).toEqual([3, 0, 23]);
  expect(['24', '-1', 'local8', 'LOCAL0', 'toString'].map(syslogFacility)).toEqual(
    Array(5).fill(undefined),
  );
});

test('addresses', () => {
  expect(syslogAddress('udp://[::1]:5514')).toEqual({ kind: 'udp', host: '::1', port: 5514 });
  expect(syslogAddress('TCP://log.example')).toEqual({
    kind: 'tcp',
    host: 'log.example',
    port: 514,
  });
  expect(syslogAddress('tcp+tls://10.0.0.1:6514')).toEqual({
    ...{ kind: 'tcp+tls', host: '10.0.0.1', port: 6514 },
  });
  expect(syslogAddress('unix:///')).toEqual({ kind: 'unix', path: '/', type: 'stream' });
  expect(syslogAddress('unixgram:///gone')).toBe('stat /gone: no such file or directory');
});

describe('a tag', () => {
  const facts: LogFacts = {
    ...{ ID: 'abc', FullID: 'abcdef', Name: 'web one', Command: 'run -x', ImageID: 'img' },
    ...{ ImageFullID: 'sha256:img', ImageName: 'shop/web', Hostname: 'node', DaemonName: 'docker' },
    ...{ ContainerID: 'abcdef', ContainerName: '/web', ContainerImageID: 'sha256:img' },
    ContainerImageName: 'shop/web',
  };

  test('has what a template asks for', () => {
    const tag = (template: string): string => {
      expect(tagProblem(template)).toBeUndefined();
      return logTag(template, facts);
    };
    expect(tag('plain')).toBe('plain');
    expect(tag('{{.ImageName}}/{{.Name}}/{{.ID}}')).toBe('shop/web/web one/abc');
    expect(tag('{{ upper .ID }}-{{.Name | title}}-{{.Name | json | upper}}')).toBe(
      'ABC-Web One-"WEB ONE"',
    );
    expect(tag('a {{- .ID -}} b')).toBe('aabcb');
  });

  test('says what is wrong with a template', () => {
    expect(tagProblem('{{.ID')).toBe('template: log-tag:1: unclosed action');
    expect(tagProblem('{{.Id}}')).toContain("can't evaluate field Id in type");
    expect(tagProblem('{{.ID | toString}}')).toBe(
      'template: log-tag:1: function "toString" not defined',
    );
  });
});

test('names that objects have by themselves are no drivers', () => {
  expect(logConfigProblem('constructor', {})).toBe(
    'error looking up logging plugin constructor: plugin "constructor" not found',
  );
});
