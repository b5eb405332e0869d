import { expect, test } from 'vitest';
import { logConfigProblem } from '../../../runtime/container/log-drivers/driver-options.ts';
import { extraAttributes } from '../../../runtime/container/log-drivers/extra-attributes.ts';

/** Docker's words for what is wrong with an option (moby 28.5, daemon/logger). */
test.each([
  ['syslog', 'syslog-address', 'localhost:514', "unsupported scheme: 'localhost'"],
  ['syslog', 'syslog-address', 'x', "unsupported scheme: ''"],
  [
    'syslog',
    'syslog-address',
    '127.0.0.1:514',
    'parse "127.0.0.1:514": first path segment in URL cannot contain colon',
  ],
  ['syslog', 'syslog-address', 'unix:///nowhere', 'stat /nowhere: no such file or directory'],
  ['syslog', 'syslog-facility', 'LOCAL0', 'invalid syslog facility'],
  ['syslog', 'syslog-format', 'x', 'Invalid syslog format'],
  ['syslog', 'max-size', '1m', "unknown log opt 'max-size' for syslog log driver"],
  ['journald', 'max-file', '2', "unknown log opt 'max-file' for journald log driver"],
  ['journald', '__proto__', 'x', "unknown log opt '__proto__' for journald log driver"],
  ['local', 'syslog-format', 'x', "unknown log opt 'syslog-format' for log driver local"],
  ['local', 'labels', 'a', "unknown log opt 'labels' for log driver local"],
  ['local', 'tag', 'a', "unknown log opt 'tag' for log driver local"],
  [
    'local',
    'compress',
    'maybe',
    'error reading compress log option: strconv.ParseBool: parsing "maybe": invalid syntax',
  ],
  ['local', 'max-size', 'x', "invalid value for max-size: x: invalid size: 'x'"],
  ['local', 'max-size', '1q', "invalid value for max-size: 1q: invalid suffix: 'q'"],
  [
    'local',
    'max-file',
    'x',
    'invalid value for max-file: x: strconv.Atoi: parsing "x": invalid syntax',
  ],
  ['local', 'max-file', '-1', 'max file count cannot be less than 0'],
  ['local', 'max-file', '1', 'compression cannot be enabled when max file count is 1'],
  ['json-file', 'max-size', '', "invalid size: ''"],
  ['json-file', 'max-size', '-1k', "invalid size: '-1k'"],
  ['json-file', 'max-size', '1.2.3', 'strconv.ParseFloat: parsing "1.2.3": invalid syntax'],
  ['json-file', 'max-size', '1kbit', "invalid suffix: 'kbit'"],
  ['json-file', 'max-size', '1KiB', undefined],
  ['json-file', 'max-size', '0', 'max-size must be a positive number'],
  ['json-file', 'max-file', '0', 'max-file cannot be less than 1'],
  ['json-file', 'max-file', '1.5', 'strconv.Atoi: parsing "1.5": invalid syntax'],
  [
    'json-file',
    'max-file',
    '99999999999999999999',
    'strconv.Atoi: parsing "99999999999999999999": value out of range',
  ],
  ['json-file', 'compress', 'yes', 'strconv.ParseBool: parsing "yes": invalid syntax'],
  [
    'json-file',
    'compress',
    'true',
    'compress cannot be true when max-file is less than 2 or max-size is not set',
  ],
  ['json-file', 'mode', 'x', 'logger: logging mode not supported: x'],
  [
    'json-file',
    'max-buffer-size',
    '1m',
    "logger: max-buffer-size option is only supported with 'mode=non-blocking'",
  ],
  ['journald', 'cache-disabled', 'x', 'invalid value for option cache-disabled: x'],
  [
    'journald',
    'cache-compress',
    'x',
    'error initializing local log cache driver: error reading compress log option: strconv.ParseBool: parsing "x": invalid syntax',
  ],
  ['syslog', 'syslog-address', 'tcp://a:x', 'parse "tcp://a:x": invalid port ":x" after host'],
  ['syslog', 'syslog-address', 'tcp://[::1', 'parse "tcp://[::1": missing \']\' in host'],
  ['syslog', 'syslog-address', 'tcp://[::1]:5/x', undefined],
  ['syslog', 'syslog-address', 'unix://x', 'stat : no such file or directory'],
  [
    'syslog',
    'tag',
    'a\n{{ .Nme }}',
    'template: log-tag:2:3: executing "log-tag" at <.Nme>: can\'t evaluate field Nme in type *logger.Info',
  ],
  ['syslog', 'tag', '{{', 'template: log-tag:1: unclosed action'],
  ['syslog', 'tag', '{{}}', 'template: log-tag:1: missing value for command'],
  ['syslog', 'tag', '{{x .ID}}', 'template: log-tag:1: function "x" not defined'],
  [
    'journald',
    'env-regex',
    '(?=a)',
    'error parsing regexp: invalid or unsupported Perl syntax: `(?=`',
  ],
  ['journald', 'labels-regex', '[', 'error parsing regexp: missing closing ]: `[`'],
  ['journald', 'labels-regex', '(?i)^COM[.]', undefined],
  ['journald', 'labels-regex', 'a\\-b{{', undefined],
])('%s, %s=%s: %s', (driver, option, value, problem) => {
  expect(logConfigProblem(driver, Object.fromEntries([[option, value]]))).toBe(problem);
});

test('attributes are chosen by patterns of Go', () => {
  const config = { Labels: { 'com.example': '1', other: '2' }, Env: ['HOME=/root'] };
  const options = { 'labels-regex': '(?i)^COM[.]', 'env-regex': '(?i)home' };
  expect(extraAttributes(options, config)).toEqual({ 'com.example': '1', HOME: '/root' });
});

test.each([
  ['a**', 'invalid nested repetition operator: `**`'],
  ['a|*', 'missing argument to repetition operator: `*`'],
  ['(a', 'missing closing ): `(a`'],
  ['a)', 'unexpected ): `a)`'],
  ['a\\', 'trailing backslash at end of expression: ``'],
  ['\\8', 'invalid escape sequence: `\\8`'],
  ['[z-a]', 'invalid character class range: `z-a`'],
  ['a{2,1}', 'invalid repeat count: `{2,1}`'],
  ['(?<!a)', 'invalid or unsupported Perl syntax: `(?<`'],
])('Go says of the pattern %s: %s', (pattern, problem) => {
  const options = { 'env-regex': pattern };
  expect(logConfigProblem('journald', options)).toBe(`error parsing regexp: ${problem}`);
});

test.each([
  ['\\A[[:alpha:]_]+\\z', 'a_b', 'a1'],
  ['^(?P<n>[]x]+)$', ']x', 'y'],
  ['^a+?(?:b|c){1,2}$', 'aabc', 'a'],
])('the pattern %s of Go takes %s and not %s', (pattern, yes, no) => {
  const config = { Labels: { [yes]: '1', [no]: '2' }, Env: [] };
  expect(extraAttributes({ 'labels-regex': pattern }, config)).toEqual({ [yes]: '1' });
});
