import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readResolvConfSource } from '../../../runtime/container/spec/read-resolv-conf.ts';
import { removeTree } from '../../support/remove-tree.ts';

test('behind a stub of systemd-resolved its own file is taken, if it is there', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'berth-resolv-'));
  const [host, behind] = [join(folder, 'host'), join(folder, 'behind')];
  try {
    expect(await readResolvConfSource(host, behind)).toEqual({ path: host, text: '' });
    const stub = 'nameserver 127.0.0.53\n';
    writeFileSync(host, stub);
    expect(await readResolvConfSource(host, behind)).toEqual({ path: host, text: stub });
    const real = 'nameserver 192.0.2.1\n';
    writeFileSync(behind, real);
    expect(await readResolvConfSource(host, behind)).toEqual({ path: behind, text: real });
    writeFileSync(host, `${stub}nameserver 192.0.2.2\n`);
    expect((await readResolvConfSource(host, behind)).path).toBe(host);
  } finally {
    removeTree(folder);
  }
});
