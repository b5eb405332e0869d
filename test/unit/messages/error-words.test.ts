import { afterEach, describe, expect, test } from 'vitest';
import { inLanguage, messageOf, remedyOf } from '../../../messages/error-words.ts';
import { useLanguage } from '../../../messages/language.ts';
import { parseEndpoint } from '../../../runtime/cli/client/endpoint.ts';
import { apiFailure, connectionFailure } from '../../../runtime/cli/client/failure.ts';
import { fieldsOf } from '../../../runtime/cli/client/fields.ts';
import { parseDockerConfig } from '../../../runtime/cli/credentials/docker-config.ts';
import { parseDaemonConfig } from '../../../runtime/config/daemon-config.ts';
import { BerthError } from '../../../runtime/errors/berth-error.ts';
import { mergeDaemonConfig } from '../../../templates/daemon-json.ts';

afterEach(() => {
  useLanguage('en');
});

const path = '/etc/berth/daemon.json';
const merge = (text: string): string =>
  mergeDaemonConfig({ path, text }, { sockets: ['/run/berth/berth.sock'], group: 'berth' });
const endpoint = { socketPath: '/run/x.sock' };
const broken = (code: string): unknown =>
  connectionFailure(endpoint, Object.assign(new Error(code), { code }));

function thrownBy(work: () => unknown): BerthError {
  try {
    const made = work();
    if (made instanceof BerthError) return made;
  } catch (error) {
    if (error instanceof BerthError) return error;
    throw error;
  }
  throw new Error('nothing was thrown');
}

/** Real errors of runtime/ and templates/: what makes one, and what its Chinese says. */
type Case = readonly [work: () => unknown, message: RegExp, remedy?: RegExp];
const cases: readonly Case[] = [
  [() => broken('ENOENT'), /^"unix:\/\/\/run\/x\.sock"没有守护进程应答/, /berth up 启动它/],
  [() => broken('EACCES'), /^没有权限访问"unix:\/\/\/run\/x\.sock"/, /usermod -aG berth/],
  [() => broken('ECONNRESET'), /中途关闭了连接/, /berth status/],
  [() => parseEndpoint('tcp://x'), /^守护进程的地址是"tcp:\/\/x"/, /BERTH_HOST/],
  [
    () => fieldsOf([1], 'version'),
    /^守护进程的应答中"version"为 \[1\]；应为对象$/,
    /Docker Engine/,
  ],
  [() => fieldsOf(undefined, 'info'), /^守护进程的应答中没有"info"；应为对象$/],
  [() => apiFailure(503, ''), /^守护进程返回了状态码 503，没有说明原因$/],
  [() => merge('{"a": 1,}'), /不是有效的 JSON（第 1 行第 9 列：缺少双引号括起的键名/, /请改正/],
  [() => merge('{"a" 1}'), /第 1 行第 6 列：缺少冒号/],
  [() => merge('[1]'), /^无法使用"\/etc\/berth\/daemon\.json"：内容是 \[1\]；应为 JSON 对象$/],
  [() => merge('{"group": 5}'), /："group"的值是 5；应为字符串$/],
  [() => merge('{"hosts": "x"}'), /："hosts"的值是 "x"；应为字符串列表$/],
  [
    () => parseDaemonConfig('{', path),
    /^无法使用"\/etc\/berth\/daemon\.json"：不是有效的 JSON（第 1 行/,
    /请改正/,
  ],
  [
    () => parseDaemonConfig('{"group": 5, "hosts": []}', path),
    /：第 1 行第 11 列："group"应为字符串；第 1 行第 23 列："hosts"应为至少一个地址$/,
    /重新启动/,
  ],
  [() => parseDockerConfig('/c.json', '['), /^Docker 的配置文件无法使用：/, /berth 不会改动/],
];

describe('errors from below', () => {
  test.each(cases.map((each, index) => [index, each] as const))('%i is Chinese', (_index, each) => {
    const [work, message, remedy] = each;
    const error = thrownBy(work);
    expect([messageOf(error), remedyOf(error)]).toEqual([error.message, error.remedy]);
    expect(inLanguage(error)).toBe(error);
    useLanguage('zh');
    expect(messageOf(error)).toMatch(message);
    if (remedy !== undefined) expect(remedyOf(error)).toMatch(remedy);
    if (remedyOf(error) !== undefined) expect(remedyOf(error)).toMatch(/\p{Script=Han}/u);
    const { code, details } = error;
    expect(inLanguage(error)).toMatchObject({ code, details, message: messageOf(error) });
  });
});

test("the daemon's own words stay as they are", () => {
  useLanguage('zh');
  const body = JSON.stringify({ message: 'No such container: x', code: 'CONTAINER_NOT_FOUND' });
  expect(messageOf(apiFailure(404, body))).toBe('No such container: x');
});

test('an error that was said anew keeps those words, and is translated once', () => {
  useLanguage('zh');
  const cause = new BerthError('CONTENT_MISMATCH', { message: 'content arrived' });
  const { code } = cause;
  const anew = new BerthError(code, { message: '步骤失败', remedy: '再试', cause });
  expect([messageOf(anew), remedyOf(anew)]).toEqual(['步骤失败', '再试']);
  expect(messageOf(inLanguage(inLanguage(cause)))).toBe('收到的内容与声明的不符：content arrived');
});

test('what is no error of berth says what it says', () => {
  useLanguage('zh');
  expect([messageOf(new Error('ENOENT: x')), messageOf('text')]).toEqual(['ENOENT: x', 'text']);
});
