import { expect, test } from 'vitest';

import { mergeScopes, repositoryScope } from '../../../runtime/registry/scopes.ts';

test('who pushes may pull, too', () => {
  expect(repositoryScope('library/ubuntu', 'pull')).toBe('repository:library/ubuntu:pull');
  expect(repositoryScope('library/ubuntu', 'push')).toBe('repository:library/ubuntu:pull,push');
});

test('scopes of one resource become one, with the actions of all', () => {
  const scopes = [
    'repository:a:pull',
    'repository:b:pull',
    'repository:a:pull,push',
    'nonsense',
    '',
  ];
  expect(mergeScopes(scopes)).toEqual(['repository:a:pull,push', 'repository:b:pull']);
  expect(mergeScopes(['repository:host:5000/a:pull', 'repository:host:5000/a:push'])).toEqual([
    'repository:host:5000/a:pull,push',
  ]);
});
