import { describe, expect, test } from 'vitest';
import { catalogue } from '../../runtime/errors/catalogue.ts';
import { errorsPage } from './errors-page.ts';
import { productCode, sources } from './sources.ts';

const areas = sources('runtime/errors/areas/*.ts');
const users = productCode.filter(({ path }) => !path.startsWith('runtime/errors/'));
const codes: readonly string[] = Object.keys(catalogue);

describe('the error catalogue', () => {
  test('is docs/errors.md', async () => {
    await expect(await errorsPage()).toMatchFileSnapshot('../../docs/errors.md');
  });

  test('has every code of the areas, and none twice', () => {
    const written = areas.flatMap(({ text }) =>
      [...text.matchAll(/^ {2}([A-Z][A-Z0-9_]+): \{/gm)].map(([, code]) => code),
    );
    expect(written.toSorted()).toEqual(codes.toSorted());
  });

  test('has no code that nothing gives', () => {
    const unused = codes.filter((code) => !users.some(({ text }) => text.includes(`'${code}'`)));
    expect(unused).toEqual([]);
  });

  test('has an HTTP error status, an exit code and a sentence for each', () => {
    const bad = Object.entries(catalogue).filter(
      ([, { http, exit, meaning }]) =>
        http < 300 || http > 599 || exit < 0 || exit > 255 || !/^\S.*\.$/.test(meaning),
    );
    expect(bad).toEqual([]);
  });
});
