import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { makePrivateHost } from './support/private-host.ts';

test('a private host has the checkout also where it lies in a folder of its own', async () => {
  const checkout = await mkdtemp('/var/tmp/berth checkout-');
  await writeFile(join(checkout, 'letter'), 'here\n');
  try {
    const host = await makePrivateHost([checkout]);
    try {
      const before = await host.snapshot();
      expect(await host.start(['cat', join(checkout, 'letter')]).ended).toMatchObject({
        stdout: 'here\n',
      });
      // Nothing else of the machine's /var is there, and what is in the checkout is not the host's.
      expect((await host.start(['ls', '/var/lib']).ended).stdout).toBe('dpkg\n');
      await writeFile(join(checkout, 'more'), '');
      expect(await host.snapshot()).toEqual(before);
      expect(before.filter((line) => line.includes('letter'))).toEqual([]);
    } finally {
      await host.remove();
    }
  } finally {
    await rm(checkout, { recursive: true });
  }
});

test('one that cannot be made says why', async () => {
  await expect(makePrivateHost(['/var/no/such/folder'])).rejects.toThrow(/no\/such\/folder/);
});
