import { expect, test } from 'vitest';
import {
  credentialsKey,
  dockerHubKey,
  hostOf,
  registryOfImage,
} from '../../../../runtime/cli/credentials/registry-key.ts';

test.each([
  ['ghcr.io', 'ghcr.io'],
  ['https://ghcr.io', 'ghcr.io'],
  ['http://10.0.0.1:5000/v1/', '10.0.0.1:5000'],
  ['localhost:5000/path', 'localhost:5000'],
  ['https://[::1]:5000/v2/', '[::1]:5000'],
  ['https://name@host.example/', 'host.example'],
])('the host of %s is %s', (address, host) => {
  expect(hostOf(address)).toBe(host);
});

test.each([
  ['', dockerHubKey],
  ['docker.io', dockerHubKey],
  ['index.docker.io', dockerHubKey],
  ['https://index.docker.io/v1/', dockerHubKey],
  ['https://ghcr.io/v2/', 'ghcr.io'],
  ['registry.example:443', 'registry.example:443'],
])('the login of %j is kept as %s', (server, key) => {
  expect(credentialsKey(server)).toBe(key);
});

test.each([
  ['nginx', 'docker.io'],
  ['library/nginx', 'docker.io'],
  ['docker.io/library/nginx', 'docker.io'],
  ['index.docker.io/nginx', 'docker.io'],
  ['ghcr.io/a/b', 'ghcr.io'],
  ['localhost/a', 'localhost'],
  ['localhost:5000/a', 'localhost:5000'],
  ['Host/a', 'Host'],
  ['[::1]:5000/a', '[::1]:5000'],
  // A dot in a name alone is no registry.
  ['node.js', 'docker.io'],
])('the registry of %s is %s', (image, registry) => {
  expect(registryOfImage(image)).toBe(registry);
});
