import { afterEach, describe, expect, test } from 'vitest';
import { useLanguage } from '../../../../messages/language.ts';
import { parseInventory } from '../../../../scripts/fleet/inventory/read-inventory.ts';
import { parseYaml } from '../../../../scripts/yaml/parse-yaml.ts';

afterEach(() => {
  useLanguage('en');
});

/** Every line stands for ten of the line before it. */
const bomb = Array.from({ length: 9 }, (_none, index) => {
  const values = index === 0 ? Array(10).fill('x') : Array(10).fill(`*a${index - 1}`);
  return `a${index}: &a${index} [${values.join(', ')}]`;
}).join('\n');

describe('YAML that a person wrote', () => {
  test('comes as plain values, aliases and all', () => {
    const { value, faults } = parseYaml('a: &x [1, two]\nb: *x\n');
    expect(value).toEqual({ a: [1, 'two'], b: [1, 'two'] });
    expect(faults).toEqual([]);
  });

  test.each([
    ['an alias before its anchor', 'a: *x\nb: &x 1\n', 1, /"\*x" stands for nothing/],
    ['an alias of nothing', 'a: 1\nb: [2, *x]\n', 2, /"\*x" stands for nothing/],
    ['an alias of what it is in', 'a: 1\nb: &x {c: [*x]}\n', 2, /"\*x" stands for what it is/],
    ['aliases of aliases of aliases', bomb, 1, /far more than the file holds/],
    ['brackets in brackets', '['.repeat(50_000), 1, /./],
    ['a bracket that is not closed', 'a: 1\nb: [2\n', 3, /./],
  ])('has a fault with its place when it has %s', (_what, text, line, problem) => {
    const { value, faults, placeOf } = parseYaml(text);
    expect(value).toBeUndefined();
    expect(faults[0]?.problem).toMatch(problem);
    expect(placeOf(faults[0]?.offset ?? -1).line).toBe(line);
  });

  test('tells it in Chinese', () => {
    useLanguage('zh');
    expect(parseYaml('a: *x').faults[0]?.problem).toContain('别名"*x"没有对应的值');
  });

  test.each(['hosts: *x\n', bomb])('is refused as a hosts file: %j', (text) => {
    expect(() => parseInventory(text, 'h.yaml')).toThrow(
      expect.objectContaining({ code: 'FLEET_INVENTORY_INVALID' }) as Error,
    );
  });
});
