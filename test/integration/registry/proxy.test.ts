import { randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';

import type { ImageBlobs } from '../../../runtime/image/image-service.ts';
import { RegistryDirectory } from '../../../runtime/registry/registry-directory.ts';
import { RegistryTarget } from '../../../runtime/registry/registry-target.ts';
import { parseReference } from '../../../runtime/image/reference.ts';
import { startProxyServer } from '../host/proxy-server.ts';
import { makeImage } from '../image/support.ts';
import { temporaryFolder } from '../layer/support.ts';
import { collected, pushRequest, readBack } from './push-fixture.ts';
import { startRegistry } from './support.ts';
import { makeAuthority, writeFiles } from './tls-fixture.ts';

const { signal } = new AbortController();

let image: ImageBlobs;
beforeAll(async () => {
  image = await makeImage({ layers: [[{ name: 'large', content: randomBytes(300_000) }]] });
});

describe('a registry behind a proxy', () => {
  test('is pushed to and read over https, with an authority of certs.d', async () => {
    const authority = await makeAuthority('berth test authority');
    const registry = await startRegistry({ tls: await authority.issue('registry.test') });
    const domain = 'registry.test:5000';
    const proxy = await startProxyServer({ hosts: { [domain]: registry }, user: 'ann:secret' });
    const folder = await temporaryFolder();
    writeFiles(folder, { [`${domain}/ca.crt`]: readFileSync(authority.certificate) });
    const config = {
      proxies: { httpsProxy: `http://ann:secret@${proxy.host}`, noProxy: '' },
      certificateFolders: [folder],
    };
    await collected(new RegistryTarget(config).push(pushRequest(image, `${domain}/app:1`)));
    expect(new Set(proxy.requests.map(({ line }) => line))).toEqual(new Set([`CONNECT ${domain}`]));
    expect((await readBack(`${registry}/app:1`)).digest).toBe(image.manifestDigest);
    const directory = new RegistryDirectory(config);
    const options = { credentials: undefined, signal };
    const found = await directory.manifest(parseReference(`${domain}/app:1`), options);
    expect(found.digest).toBe(image.manifestDigest);
    expect(found.platforms).toHaveLength(1);
    expect(await directory.tags(parseReference(`${domain}/app`), options)).toEqual(['1']);
  });

  test('that may be insecure is pushed to over http, too', async () => {
    const registry = await startRegistry();
    const domain = 'registry.test:5000';
    const proxy = await startProxyServer({ hosts: { [domain]: registry } });
    const config = {
      proxies: { httpProxy: `http://${proxy.host}`, httpsProxy: `http://${proxy.host}` },
      insecureRegistries: [domain],
    };
    await collected(new RegistryTarget(config).push(pushRequest(image, `${domain}/app:1`)));
    expect((await readBack(`${registry}/app:1`)).digest).toBe(image.manifestDigest);
  });
});
