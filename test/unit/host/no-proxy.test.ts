import { describe, expect, test } from 'vitest';

import { proxyChoice } from '../../../runtime/host/http-proxy.ts';
import { isWithoutProxy } from '../../../runtime/host/no-proxy.ts';

describe('NO_PROXY', () => {
  // The table of golang.org/x/net/http/httpproxy's documentation, and what follows from it.
  test.each([
    ['https://example.com/', 'example.com', true],
    ['https://a.example.com/', 'example.com', true],
    ['https://badexample.com/', 'example.com', false],
    ['https://example.com/', '.example.com', false],
    ['https://a.example.com/', '.example.com', true],
    ['https://a.example.com/', '*.example.com', true],
    ['https://example.com/', '*.example.com', false],
    ['https://EXAMPLE.com/', 'Example.COM', true],
    ['https://example.com/', ' one.test , example.com ', true],
    ['https://example.com/', 'example.com:443', true],
    ['https://example.com/', 'example.com:5000', false],
    ['https://a.example.com:5000/', 'example.com:5000', true],
    ['http://example.com/', 'example.com:80', true],
    ['https://10.1.2.3/', '10.0.0.0/8', true],
    ['https://11.1.2.3/', '10.0.0.0/8', false],
    ['https://10.1.2.3:5000/', '10.1.2.3', true],
    ['https://10.1.2.3:5000/', '10.1.2.3:5000', true],
    ['https://10.1.2.3:5001/', '10.1.2.3:5000', false],
    ['https://10.1.2.30/', '10.1.2.3', false],
    ['https://[fd00::1]/', 'fd00::/8', true],
    ['https://[fd00::1]/', 'fd00::1', true],
    ['https://[fd00::1]:5000/', '[fd00::1]:5000', true],
    ['https://[fd00::1]:5000/', '[fd00::1]:5001', false],
    ['https://example.com/', '10.0.0.0/8', false],
    ['https://example.com/', '*', true],
    ['https://example.com/', 'one.test,*', true],
    ['https://example.com/', '', false],
    ['https://example.com/', ':443', false],
    ['http://localhost:5000/', '', true],
    ['http://127.9.8.7:5000/', '', true],
    ['http://[::1]:5000/', '', true],
    ['http://127.example.com/', '', false],
  ])('%s with "%s": %s', (url, noProxy, expected) => {
    expect(isWithoutProxy(new URL(url), noProxy)).toBe(expected);
  });
});

describe('the choice of a proxy', () => {
  const environment = {
    HTTP_PROXY: 'http://plain.test:3128',
    https_proxy: 'http://secure.test:3128',
    NO_PROXY: 'inside.test',
  };

  test('is by the scheme of the URL', () => {
    const choose = proxyChoice({}, environment);
    expect(choose(new URL('http://example.com/'))?.host).toBe('plain.test:3128');
    expect(choose(new URL('https://example.com/'))?.host).toBe('secure.test:3128');
    expect(choose(new URL('https://inside.test/'))).toBeUndefined();
  });

  test('is that of the configuration, key by key, where there is one', () => {
    const choose = proxyChoice({ httpsProxy: 'http://own.test:1', noProxy: '' }, environment);
    expect(choose(new URL('https://example.com/'))?.host).toBe('own.test:1');
    expect(choose(new URL('http://inside.test/'))?.host).toBe('plain.test:3128');
    const none = proxyChoice({ httpsProxy: '' }, environment);
    expect(none(new URL('https://example.com/'))).toBeUndefined();
  });

  test('takes capitals first, and a host without a scheme for http', () => {
    const both = { HTTP_PROXY: 'big.test:1', http_proxy: 'http://small.test:2' };
    expect(proxyChoice({}, both)(new URL('http://example.com/'))?.href).toBe('http://big.test:1/');
  });
});
