import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { systemClock } from '../../../runtime/host/clock.ts';
import { createOptions, createRequest } from '../../../runtime/oci/create-options.ts';
import { defaultConfig } from '../../../runtime/oci/default-config.ts';
import type { CreateRequest } from '../../../runtime/oci/create-container.ts';
import { OciLog } from '../../../runtime/oci/log.ts';
import { readOptions } from '../../../runtime/oci/options.ts';
import { removeTree } from '../../support/remove-tree.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'berth-oci-'));
  mkdirSync(join(folder, 'rootfs'));
  const config = defaultConfig({ cgroup: 'v1' });
  const process = { ...config.process, terminal: false };
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ ...config, process }));
});
afterAll(() => {
  removeTree(folder);
});

async function requested(...words: readonly string[]): Promise<CreateRequest> {
  const { options, operands } = readOptions([...words, 'box'], {
    declared: createOptions,
    operandsFrom: 'anywhere',
  });
  const context = {
    version: '1.0.0',
    root: join(folder, 'root'),
    log: new OciLog({ format: 'text', level: 'info' }, systemClock),
    cgroups: 'files',
    criu: 'criu',
    workingDirectory: folder,
    clock: systemClock,
    print: () => undefined,
  } as const;
  return createRequest({ context, options, operands }, { mode: 'detached' });
}

describe('what create is asked for', () => {
  it('is what the options say', async () => {
    expect(await requested()).toMatchObject({ pivot: 'with', newKeyring: true, preserveFds: 0 });
    expect(await requested('--no-pivot')).toMatchObject({ pivot: 'without', newKeyring: true });
    expect(await requested('--no-new-keyring')).toMatchObject({ newKeyring: false, pivot: 'with' });
    expect(await requested('--pid-file', 'pid')).toMatchObject({ pidFile: join(folder, 'pid') });
  });
});
