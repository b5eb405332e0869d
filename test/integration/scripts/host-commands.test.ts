import { afterEach, expect, test, vi } from 'vitest';
import { runChecked, runCommand } from '../../../scripts/host/commands.ts';

afterEach(() => vi.unstubAllEnvs());

const show = async (): Promise<readonly string[]> => {
  const { stdout } = await runCommand('env', []);
  return stdout.split('\n').filter((line) => /^https?_proxy=/i.test(line));
};

test('a program of the host gets a proxy in both cases, as apt and curl read small letters only', async () => {
  for (const name of ['http_proxy', 'HTTP_PROXY', 'https_proxy', 'HTTPS_PROXY']) {
    vi.stubEnv(name, undefined);
  }
  expect(await show()).toEqual([]);
  vi.stubEnv('HTTP_PROXY', 'http://a.example:1');
  vi.stubEnv('https_proxy', 'http://b.example:1');
  expect(new Set(await show())).toEqual(
    new Set([
      'HTTP_PROXY=http://a.example:1',
      'http_proxy=http://a.example:1',
      'https_proxy=http://b.example:1',
      'HTTPS_PROXY=http://b.example:1',
    ]),
  );
  // Two that differ are meant so.
  vi.stubEnv('http_proxy', 'http://c.example:1');
  expect(await show()).toContain('HTTP_PROXY=http://a.example:1');
  expect(await show()).toContain('http_proxy=http://c.example:1');
});

test('a program that fails is quoted with its last words, as far up as the reason may stand', async () => {
  const failed = runChecked(runCommand, ['sh', '-c', 'seq 101 130 >&2; exit 3']);
  await expect(failed).rejects.toMatchObject({
    code: 'COMMAND_FAILED',
    message: expect.stringMatching(/\D116\n117\n(?:\d+\n)+130\D/) as unknown,
  });
  await expect(failed).rejects.not.toThrow('115\n');
});
