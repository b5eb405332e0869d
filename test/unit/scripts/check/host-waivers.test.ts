import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { systemClock } from '../../../../runtime/host/clock.ts';
import { withHostWaivers } from '../../../../scripts/check/host-waivers.ts';
import { hostAt } from '../../../../scripts/host/provision-host.ts';

test('a folder in the place of waivers.yaml is told as such, not as a bug of berth', async () => {
  const root = await mkdtemp(join(tmpdir(), 'berth-waivers-'));
  onTestFinished(() => rm(root, { recursive: true }));
  const path = '/etc/berth/waivers.yaml';
  await mkdir(join(root, path), { recursive: true });
  await expect(
    withHostWaivers([], { host: hostAt(root), clock: systemClock }),
  ).rejects.toMatchObject({
    code: 'WAIVERS_INVALID',
    message: expect.stringContaining(`"${path}" cannot be read`) as string,
    details: { path },
  });
});
