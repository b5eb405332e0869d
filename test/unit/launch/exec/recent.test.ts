import { describe, expect, it } from 'vitest';
import { Recent } from '../../../../runtime/launch/exec/recent.ts';

describe('recent values', () => {
  it('are made once, and forgotten when others were used later', () => {
    const made: string[] = [];
    const recent = new Recent<string>(2);
    const get = (key: string): string =>
      recent.get(key, () => {
        made.push(key);
        return key.toUpperCase();
      });
    expect(['a', 'b', 'a', 'c', 'a', 'b'].map(get)).toEqual(['A', 'B', 'A', 'C', 'A', 'B']);
    expect(made).toEqual(['a', 'b', 'c', 'b']);
  });

  it('are not kept when they could not be made', () => {
    const recent = new Recent<string>(2);
    const fail = (): string => {
      throw new Error('no');
    };
    expect(() => recent.get('a', fail)).toThrow('no');
    expect(recent.get('a', () => 'now')).toBe('now');
  });
});
