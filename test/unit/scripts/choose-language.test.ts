import { afterEach, expect, test } from 'vitest';
import { language, useLanguage } from '../../../messages/language.ts';
import { chooseLanguage } from '../../../scripts/cli/choose-language.ts';

afterEach(() => {
  useLanguage('en');
});

test.each([
  [['up', '--yes'], 'en', ['up', '--yes']],
  [['--lang', 'zh', 'up'], 'zh', ['up']],
  [['up', '--lang=zh', '--yes'], 'zh', ['up', '--yes']],
  [['up', '--yes', '--lang', 'zh_CN'], 'zh', ['up', '--yes']],
  // Behind a verb of the engine, and behind --, words belong to others.
  [['exec', 'c', 'ls', '--lang', 'zh'], 'en', ['exec', 'c', 'ls', '--lang', 'zh']],
  [['--lang=zh', 'exec', 'c', '--lang', 'xx'], 'zh', ['exec', 'c', '--lang', 'xx']],
  [['up', '--', '--lang', 'zh'], 'en', ['up', '--', '--lang', 'zh']],
] as const)('%j speaks %s', (argv, wanted, rest) => {
  expect(chooseLanguage(argv, {})).toEqual(rest);
  expect(language()).toBe(wanted);
});

test('the option is stronger than the environment', () => {
  chooseLanguage(['up', '--lang', 'en'], { LANG: 'zh_CN.UTF-8' });
  expect(language()).toBe('en');
});

test.each([[['--lang', 'fr', 'up']], [['up', '--lang']]])('%j is refused', (argv) => {
  expect(() => chooseLanguage(argv, {})).toThrow(/wanted one of en, zh/);
});
