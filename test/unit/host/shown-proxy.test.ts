import { expect, test } from 'vitest';
import { shownProxy } from '../../../runtime/host/shown-proxy.ts';

test.each(['s3cret', 's3#cret', 's3?cret', 's3/cret', 's3 cret', 's3@cret', '#/?@ :', '://s3'])(
  'a proxy is shown without its user and the password %s',
  (password) => {
    expect(shownProxy(`http://alice:${password}@p.example:3128`)).toBe('http://***@p.example:3128');
    expect(shownProxy(`alice:${password}@p.example:3128`)).toBe('***@p.example:3128');
  },
);

test.each(['http://p.example:3128', 'p.example:3128', '', 'socks9://x', 'localhost,.internal'])(
  '%s has none, and is shown as it is',
  (value) => {
    expect(shownProxy(value)).toBe(value);
  },
);
