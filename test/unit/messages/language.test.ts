import { afterEach, expect, test } from 'vitest';
import { languageNamed, languageOf, useLanguage } from '../../../messages/language.ts';
import { phrase, text } from '../../../messages/message.ts';

afterEach(() => {
  useLanguage('en');
});

test.each([
  [{}, 'en'],
  [{ LANG: 'zh_CN.UTF-8' }, 'zh'],
  [{ LANG: 'zh_CN.UTF-8', LC_ALL: 'C' }, 'en'],
  [{ LANG: 'C.UTF-8', LC_MESSAGES: 'zh_TW' }, 'zh'],
  [{ LC_ALL: '', LANG: 'zh-Hans' }, 'zh'],
  [{ LANG: 'de_DE.UTF-8' }, 'en'],
] as const)('the environment %j asks for %s', (env, wanted) => {
  expect(languageOf(env)).toBe(wanted);
});

test('a locale of another language is not one that berth speaks', () => {
  expect(languageNamed('fr_FR')).toBeUndefined();
  expect(languageNamed('zhx')).toBeUndefined();
});

test('a message is in the language that was chosen last, whenever it was made', () => {
  const fixed = text('one', '一');
  const made = phrase(
    (p: { n: number }) => `${p.n} hosts`,
    (p) => `${p.n} 台主机`,
  );
  expect([fixed(), made({ n: 2 })]).toEqual(['one', '2 hosts']);
  useLanguage('zh');
  expect([fixed(), made({ n: 2 })]).toEqual(['一', '2 台主机']);
});
