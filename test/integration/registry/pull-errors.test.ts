import { describe, expect, test } from 'vitest';

import { usePullFixture } from './pull-fixture.ts';
import { push, startProxy, startRegistry } from './support.ts';

const { image, images, largeLayer, pull, kept } = usePullFixture();

describe('a pull that cannot work leaves nothing, and says why', () => {
  test('an image that the registry does not have', async () => {
    const domain = await startRegistry();
    const before = kept();
    await expect(pull(`${domain}/nothing:1`)).rejects.toMatchObject({
      code: 'MANIFEST_UNKNOWN',
      message: expect.stringContaining(`manifest for ${domain}/nothing:1 not found`) as unknown,
    });
    expect(kept()).toEqual(before);
  });

  test('a registry that is not there', async () => {
    await expect(pull('127.0.0.1:1/app')).rejects.toMatchObject({
      code: 'REGISTRY_UNREACHABLE',
      message: expect.stringMatching(
        /^Get "http:\/\/127\.0\.0\.1:1\/v2\/": .*ECONNREFUSED/,
      ) as unknown,
    });
  });

  test.each([
    ['a manifest with another digest', /manifests\//, 'REGISTRY_DIGEST_MISMATCH'],
    ['a configuration with another digest', /blobs\//, 'REGISTRY_DIGEST_MISMATCH'],
  ])('%s', async (_name, path, code) => {
    const registry = await startRegistry();
    const proxy = await startProxy(registry, (request, _response, pass) => {
      if (!path.test(request.path)) return undefined;
      pass((chunk) => Buffer.concat([Buffer.from(' '), chunk.subarray(1)]));
      return 'handled';
    });
    await push(image(), `${registry}/app`);
    const before = kept();
    await expect(pull(`${proxy.host}/app`)).rejects.toMatchObject({ code });
    expect(kept()).toEqual(before);
  });

  test.each([
    [429, 'REGISTRY_RATE_LIMITED'],
    [500, 'REGISTRY_REFUSED'],
    [418, 'REGISTRY_REFUSED'],
  ])('an answer with status %i', async (status, code) => {
    const proxy = await startProxy(await startRegistry(), ({ path }, response) => {
      if (!path.includes('/manifests/')) return undefined;
      response.writeHead(status, { 'content-type': 'text/html' }).end('<html>a page</html>');
      return 'handled';
    });
    await expect(pull(`${proxy.host}/app`, {}, { maxDownloadAttempts: 1 })).rejects.toMatchObject({
      code,
      details: { status },
    });
  });

  test('something that is no manifest', async () => {
    const proxy = await startProxy(await startRegistry(), ({ path }, response) => {
      if (!path.includes('/manifests/')) return undefined;
      response.end('[]');
      return 'handled';
    });
    await expect(pull(`${proxy.host}/app`)).rejects.toMatchObject({ code: 'MANIFEST_INVALID' });
  });

  test('a redirect in a circle', async () => {
    const proxy = await startProxy(await startRegistry(), ({ path }, response) => {
      if (!path.includes('/manifests/')) return undefined;
      response.writeHead(302, { location: path }).end();
      return 'handled';
    });
    await expect(pull(`${proxy.host}/app`)).rejects.toMatchObject({
      code: 'REGISTRY_RESPONSE_INVALID',
    });
  });

  test('an abort in the middle of a layer', async () => {
    const registry = await startRegistry();
    const stop = new AbortController();
    const proxy = await startProxy(registry, ({ path }, response) => {
      if (!path.includes(largeLayer())) return undefined;
      response.writeHead(200).write('the beginning', () => {
        stop.abort(new Error('stopped by the user'));
      });
      return 'handled';
    });
    await push(image(), `${registry}/app`);
    const before = kept();
    await expect(pull(`${proxy.host}/app`, { signal: stop.signal })).rejects.toThrow(
      'stopped by the user',
    );
    expect(kept()).toEqual(before);
  });

  test('a reader that goes away in the middle', async () => {
    const registry = await startRegistry();
    await push(image(), `${registry}/app`);
    const before = kept();
    for await (const { status } of images().pull(`${registry}/app`)) {
      if (status === 'layer-waiting') break;
    }
    expect(kept()).toEqual(before);
  });
});
