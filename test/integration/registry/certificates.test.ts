import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, onTestFinished, test } from 'vitest';

import { HttpConnections } from '../../../runtime/host/http-request.ts';
import { makeImage } from '../image/support.ts';
import { readCertificates } from '../../../runtime/registry/certificates.ts';
import type { Endpoint } from '../../../runtime/registry/endpoint.ts';
import { defaultRegistryConfig } from '../../../runtime/registry/registry-config.ts';
import { RegistryTarget } from '../../../runtime/registry/registry-target.ts';
import { RepositoryClient } from '../../../runtime/registry/repository-client.ts';
import { temporaryFolder } from '../layer/support.ts';
import { collected, pushRequest, readBack } from './push-fixture.ts';
import { startRegistry } from './support.ts';
import { makeAuthority, writeFiles } from './tls-fixture.ts';
import type { Authority } from './tls-fixture.ts';

let folder: string;
let authority: Authority;
beforeEach(async () => {
  folder = await temporaryFolder();
  authority = await makeAuthority('berth test authority');
});

/** A registry that is not allowed to be without a valid certificate, as one on loopback otherwise is. */
function strict(domain: string): Endpoint {
  return {
    name: domain,
    kind: 'origin',
    transports: [{ baseUrl: `https://${domain}`, certificates: 'verified' }],
    repositoryPrefix: '',
    namespace: undefined,
  };
}

function connect(domain: string): Promise<RepositoryClient> {
  const connections = new HttpConnections();
  onTestFinished(() => {
    connections.close();
  });
  return RepositoryClient.connect(strict(domain), {
    connections,
    config: { ...defaultRegistryConfig, certificateFolders: [join(folder, 'none'), folder] },
    domain,
    repository: 'app',
    access: 'pull',
    credentials: undefined,
    signal: undefined,
  });
}

describe('a registry with a certificate of an own authority', () => {
  test('is trusted for the authority in certs.d, and for no other', async () => {
    const domain = await startRegistry({ tls: await authority.issue('registry') });
    await expect(connect(domain)).rejects.toMatchObject({
      code: 'REGISTRY_UNREACHABLE',
      cause: { code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' },
    });
    const other = await makeAuthority('another authority');
    writeFiles(folder, { [`${domain}/ca.crt`]: readFileSync(other.certificate) });
    await expect(connect(domain)).rejects.toMatchObject({ code: 'REGISTRY_UNREACHABLE' });
    writeFiles(folder, {
      [`${domain}/all.crt`]: Buffer.concat([
        readFileSync(other.certificate),
        readFileSync(authority.certificate),
      ]),
    });
    const client = await connect(domain);
    await expect(client.manifest('latest')).rejects.toMatchObject({ code: 'MANIFEST_UNKNOWN' });
  });

  test('that wants to know its clients gets the certificate in certs.d', async () => {
    const { certificate, key } = await authority.issue('ann');
    const server = await authority.issue('registry');
    const domain = await startRegistry({
      tls: { ...server, clientcas: [authority.certificate] },
    });
    writeFiles(folder, { [`${domain}/ca.crt`]: readFileSync(authority.certificate) });
    await expect(connect(domain)).rejects.toMatchObject({ code: 'REGISTRY_UNREACHABLE' });
    const pair = { 'client.cert': readFileSync(certificate), 'client.key': readFileSync(key) };
    writeFiles(join(folder, domain), pair);
    const client = await connect(domain);
    await expect(client.tags()).rejects.toMatchObject({ details: { status: 404 } });
  });

  test('on loopback wants its client certificate too, where others need none', async () => {
    const { certificate, key } = await authority.issue('ann');
    const server = await authority.issue('registry');
    const domain = await startRegistry({
      tls: { ...server, clientcas: [authority.certificate] },
    });
    const pair = { 'client.cert': readFileSync(certificate), 'client.key': readFileSync(key) };
    writeFiles(join(folder, domain), pair);
    const image = await makeImage({ layers: [[{ name: 'a', content: 'b' }]] });
    const target = new RegistryTarget({ certificateFolders: [folder] });
    await collected(target.push(pushRequest(image, `${domain}/app:1`)));
    const access = [`--cert-dir=${join(folder, domain)}`];
    expect((await readBack(`${domain}/app:1`, ...access)).digest).toBe(image.manifestDigest);
  });
});

describe('certs.d', () => {
  const read = (...hosts: readonly string[]): ReturnType<typeof readCertificates> =>
    readCertificates([join(folder, 'first'), join(folder, 'second')], hosts);

  test('without files for a registry is nothing', async () => {
    expect(await read('registry.test')).toBeUndefined();
    writeFiles(folder, { 'first/registry.test/readme.txt': 'no certificate' });
    expect(await read('registry.test')).toBeUndefined();
  });

  test('has folders by host and port, also for IPv6', async () => {
    const pem = readFileSync(authority.certificate);
    writeFiles(folder, { 'second/[::1]:5000/ca.crt': pem });
    const found = await read('[::1]:5000');
    expect(found?.authorities.map((one) => `${one}\n`)).toEqual([pem.toString()]);
    expect(await read('[::1]:5001')).toBeUndefined();
  });

  test('of two folders joins the files; of the same name the first counts', async () => {
    const other = await makeAuthority('another authority');
    writeFiles(folder, {
      'first/registry.test/ca.crt': readFileSync(authority.certificate),
      'second/registry.test/ca.crt': 'not looked at',
      'second/registry.test/more.crt': readFileSync(other.certificate),
    });
    expect((await read('registry.test'))?.authorities).toHaveLength(2);
  });

  test.each([
    [
      'client.cert',
      'missing key client.key for client certificate client.cert. CA certificates must use the extension .crt',
    ],
    ['client.key', 'missing client certificate client.cert for key client.key'],
  ])('with %s alone says what is missing', async (name, message) => {
    const { certificate, key } = await authority.issue('ann');
    const content = readFileSync(name.endsWith('.key') ? key : certificate);
    writeFiles(folder, { [`first/registry.test/${name}`]: content });
    await expect(read('registry.test')).rejects.toMatchObject({
      code: 'REGISTRY_CERTIFICATE_INVALID',
      message: `"${join(folder, 'first/registry.test', name)}" cannot be used: ${message}`,
    });
  });

  test('with a file that is no certificate names it', async () => {
    const begin = '-----BEGIN CERTIFICATE-----';
    const bad = ['', 'hello', `${begin}\nAAAA\n-----END CERTIFICATE-----\n`];
    for (const content of bad) {
      writeFiles(folder, { 'first/registry.test/ca.crt': content });
      await expect(read('registry.test')).rejects.toMatchObject({
        code: 'REGISTRY_CERTIFICATE_INVALID',
        message: expect.stringContaining(join(folder, 'first/registry.test/ca.crt')) as unknown,
      });
    }
  });

  test('with the key of another certificate names the key', async () => {
    const [one, other] = [await authority.issue('ann'), await authority.issue('bob')];
    const name = join(folder, 'first/registry.test/client.key');
    writeFiles(folder, {
      'first/registry.test/client.cert': readFileSync(one.certificate),
      'first/registry.test/client.key': readFileSync(other.key),
    });
    await expect(read('registry.test')).rejects.toMatchObject({
      code: 'REGISTRY_CERTIFICATE_INVALID',
      message: expect.stringContaining(name) as unknown,
    });
    writeFiles(folder, { 'first/registry.test/client.key': 'no key' });
    await expect(read('registry.test')).rejects.toMatchObject({
      message: expect.stringContaining(name) as unknown,
    });
  });
});
