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
  ['local', 'compress', 'maybe', 'invalid boolean value for compress: maybe'],
  [
    'journald',
    'env-regex',
    '(?=a)',
    'error parsing regexp: invalid or unsupported Perl syntax: `(?=`',
  ],
  ['journald', 'labels-regex', '[', 'error parsing regexp: `[`'],
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
