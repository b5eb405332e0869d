import { Command } from 'commander';
import { expect, test } from 'vitest';
import { image } from '../../../runtime/cli/groups/image.ts';
import { engineVerbs } from '../../../runtime/cli/index.ts';
import { runVerb } from './scripted-api.ts';

test.each(engineVerbs.map((entry) => [entry.name, entry] as const))(
  '%s is there, and can be asked for help',
  async (name, entry) => {
    const verb = await entry.load();
    const command = new Command().enablePositionalOptions().command(name);
    verb.define(command);
    expect(command.helpInformation()).toMatch(/^Usage: .*\[options\]/);
  },
);

test('no name is there twice', () => {
  const names = engineVerbs.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
});

test.each([
  [['nonsense'], 'USAGE', '"nonsense" is not a verb of "berth image", wanted ls, tree'],
  [['rm'], 'USAGE', "missing required argument 'image'"],
  [['pull', '--nonsense', 'x'], 'USAGE', "unknown option '--nonsense'"],
])('image %j is refused', async (line, code, words) => {
  const { exitCode } = runVerb(image, '/nonexistent', line);
  await expect(exitCode).rejects.toMatchObject({
    code,
    message: expect.stringContaining(words) as string,
    remedy: expect.stringMatching(/^See "berth image/) as string,
  });
});
