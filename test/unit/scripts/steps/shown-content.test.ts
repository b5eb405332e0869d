import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { hostAt } from '../../../../scripts/host/provision-host.ts';
import { serviceKind } from '../../../../scripts/steps/service.ts';
import { shownContent } from '../../../../scripts/steps/shown-content.ts';
import { writeFileKind } from '../../../../scripts/steps/write-file.ts';
import { environmentFile } from '../../../../templates/environment-file.ts';

const passwords = ['s3cret', 's3#cret', 's3/cret', 's3?cret', 's3 cret', 's3@cret', 's3"cret'];

describe('a plan shows no password of a proxy', () => {
  let root: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'berth-shown-'));
    await mkdir(join(root, 'etc/berth'), { recursive: true });
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  test.each(passwords)('in the diff of daemon.json: %s', async (password) => {
    const config = (mirror: string): string =>
      `${JSON.stringify({ proxies: { 'https-proxy': `http://alice:${password}@p:3128` }, mirror }, null, 2)}\n`;
    await writeFile(join(root, 'etc/berth/daemon.json'), config('old'));
    const path = '/etc/berth/daemon.json';
    const step = { kind: 'write-file', path, content: config('new'), mode: 0o644 } as const;
    const diff = await writeFileKind.diff(step, hostAt(root));
    expect(diff).toContain('"https-proxy": "http://***@p:3128"');
    expect(diff).toContain('+  "mirror": "new"');
    expect(diff).not.toMatch(/alice|s3|cret/);
  });

  test.each(passwords)("in the diff of the daemon's service: %s", async (password) => {
    const variable = `HTTPS_PROXY=http://alice:${password}@p:3128`;
    const step = {
      kind: 'service',
      manager: 'supervisor',
      name: 'berth',
      definition: {
        path: '/etc/berth/service.json',
        content: JSON.stringify({ environment: [variable, 'LANG=C'] }),
        mode: 0o600,
      },
      companions: [
        { path: '/etc/berth/environment', content: environmentFile([variable]), mode: 0o600 },
      ],
      leftovers: [],
    } as const;
    const diff = await serviceKind.diff(
      { ...step, companions: [...step.companions], leftovers: [] },
      hostAt(root),
    );
    expect(diff).toContain('"HTTPS_PROXY=http://***@p:3128","LANG=C"');
    expect(diff).toContain('HTTPS_PROXY="http://***@p:3128"');
    expect(diff).not.toMatch(/alice|s3|cret/);
  });
});

test('other URLs of a file stay as they are, but for their users', () => {
  const text = '["https://mirror.example/v2?q=a@b", "https://bob:s3cret@m/", "ssh://git@host/x"]\n';
  expect(shownContent(text)).toBe(
    '["https://mirror.example/v2?q=a@b", "https://***@m/", "ssh://***@host/x"]\n',
  );
});
