import { expect, test } from 'vitest';
import { messages } from '../../../messages/index.ts';

const all = Object.entries(messages).flatMap(([area, table]) =>
  Object.entries(table).map(([name, message]) => ({ name: `${area}.${name}`, ...message.texts })),
);

const chinese = /\p{Script=Han}/u;

/** Calls a text with values that note which of them it uses. */
function look(text: (values: never) => string): { readonly said: string; readonly used: string[] } {
  const used = new Set<string>();
  const values: unknown = new Proxy(
    {},
    {
      get: (_target, name) => {
        used.add(String(name));
        return valueOf();
      },
    },
  );
  return { said: text(values as never), used: [...used].sort() };
}

/** A value that passes for a text, a number and a list in a template. */
function valueOf(): unknown {
  return Object.assign(['<value>', '<value>'], { valueOf: () => 2, toFixed: () => '2' });
}

test('there are messages', () => {
  expect(all.length).toBeGreaterThan(0);
});

test.each(all)('$name is there in both languages and says the same values', ({ en, zh }) => {
  const [english, translated] = [look(en), look(zh)];
  expect(english.said).not.toMatch(chinese);
  expect(english.said).not.toBe('');
  expect(translated.said).toMatch(chinese);
  expect(translated.used).toEqual(english.used);
});
