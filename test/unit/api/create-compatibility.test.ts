import { expect, test } from 'vitest';

import { forClientVersion } from '../../../runtime/api/routes/create-compatibility.ts';
import { requestWith } from '../container/create-request.ts';

test.each([
  ['1.43', 0],
  ['1.44', 5e6],
])('the interval of health checks at the start is for API %s %i ns', (version, ns) => {
  const request = requestWith({ Healthcheck: { Test: ['CMD', 'x'], StartInterval: 5e6 } });
  expect(forClientVersion(request, version).config.Healthcheck).toMatchObject({
    Test: ['CMD', 'x'],
    StartInterval: ns,
  });
  expect(forClientVersion(requestWith(), version).config.Healthcheck).toBe(null);
});
