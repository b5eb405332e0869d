import { describe, expect, test } from 'vitest';
import { BerthError } from '../../../../runtime/errors/berth-error.ts';
import {
  apiFailure,
  connectionFailure,
  isApiStatus,
} from '../../../../runtime/cli/client/failure.ts';
import { runExitCode } from '../../../../runtime/cli/session/run-exit.ts';

const endpoint = { socketPath: '/run/x.sock' };
const systemError = (code: string): Error => Object.assign(new Error(code), { code });

describe('apiFailure', () => {
  test("has Docker's message and the status", () => {
    const failure = apiFailure(404, '{"message":"No such container: x"}');
    expect(failure).toMatchObject({
      code: 'API_ERROR',
      message: 'No such container: x',
      details: { status: 404, message: 'No such container: x' },
    });
    expect(isApiStatus(failure, 404)).toBe(true);
    expect(isApiStatus(failure, 409)).toBe(false);
  });

  test("has berth's own code and remedy when the daemon names them", () => {
    const body = '{"message":"m","code":"DAEMON_UNREACHABLE","remedy":"r"}';
    expect(apiFailure(500, body)).toMatchObject({ code: 'DAEMON_UNREACHABLE', remedy: 'r' });
  });

  test.each(['{"message":"m","code":"NO_SUCH_CODE"}', '{"message":"m","code":"constructor"}'])(
    'does not take an unknown code from %s',
    (body) => {
      expect(apiFailure(500, body).code).toBe('API_ERROR');
    },
  );

  test('says something when the daemon does not', () => {
    expect(apiFailure(502, '').message).toContain('502');
    expect(apiFailure(502, '<html>').message).toBe('<html>');
  });
});

describe('connectionFailure', () => {
  test.each([
    ['ENOENT', 'DAEMON_UNREACHABLE', 'berth up'],
    ['ECONNREFUSED', 'DAEMON_UNREACHABLE', 'berth up'],
    ['EACCES', 'DAEMON_UNREACHABLE', 'sudo'],
    ['ECONNRESET', 'API_STREAM_BROKEN', 'berth status'],
  ])('%s is %s', (errno, code, remedy) => {
    const failure = connectionFailure(endpoint, systemError(errno));
    expect(failure).toMatchObject({ code, remedy: expect.stringContaining(remedy) as string });
  });

  test('leaves other errors as they are', () => {
    const error = new Error('other');
    expect(connectionFailure(endpoint, error)).toBe(error);
  });
});

describe('runExitCode', () => {
  test.each([
    ['exec: "x": executable file not found in $PATH', 127],
    ['exec: "/x": stat /x: no such file or directory', 127],
    ['exec: "/etc/passwd": permission denied', 126],
    ['No such image: x:latest', 125],
  ])('%s: %i', (message, code) => {
    expect(runExitCode(new BerthError('API_ERROR', { message }))).toBe(code);
  });

  test('an interrupt ends as the signal would have', () => {
    const error = (signal: string): BerthError =>
      new BerthError('RUN_INTERRUPTED', { message: 'm', details: { signal } });
    expect([runExitCode(error('SIGINT')), runExitCode(error('SIGTERM'))]).toEqual([130, 143]);
  });

  test('everything else is 125', () => {
    const error = new BerthError('DAEMON_UNREACHABLE', { message: 'permission denied' });
    expect(runExitCode(error)).toBe(125);
  });
});
