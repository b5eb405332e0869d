import { Command } from 'commander';
import { expect, test } from 'vitest';
import { engineHelp } from '../../../messages/chinese/engine-help.ts';
import { container } from '../../../runtime/cli/groups/container.ts';
import { contextGroup } from '../../../runtime/cli/groups/context.ts';
import { image } from '../../../runtime/cli/groups/image.ts';
import { manifest } from '../../../runtime/cli/groups/manifest.ts';
import { network } from '../../../runtime/cli/groups/network.ts';
import { system } from '../../../runtime/cli/groups/system.ts';
import { checkpoint } from '../../../runtime/cli/groups/checkpoint.ts';
import { volume } from '../../../runtime/cli/groups/volume.ts';
import { engineVerbs } from '../../../runtime/cli/index.ts';
import type { EngineVerbEntry } from '../../../runtime/cli/verb.ts';
import { chineseHelp } from '../../../scripts/cli/chinese-help.ts';

const entries: readonly EngineVerbEntry[] = [
  ...engineVerbs,
  ...[checkpoint, container, contextGroup, image, manifest, network, system, volume].flatMap(
    ({ verbs }) => verbs,
  ),
];

/** Every English text that the helps of the engine's verbs have. */
async function helpTexts(): Promise<ReadonlySet<string>> {
  const texts = new Set<string>();
  for (const entry of entries) {
    const command = new Command(entry.name).enablePositionalOptions();
    (await entry.load()).define(command);
    texts.add(entry.summary);
    for (const { description } of command.options) texts.add(description);
    for (const { description } of command.registeredArguments) texts.add(description);
  }
  return texts;
}

test('the help of every verb of the engine is there in Chinese, and nothing else is', async () => {
  const texts = await helpTexts();
  expect(Object.keys(engineHelp).toSorted()).toEqual([...texts].toSorted());
  expect(Object.values(engineHelp).filter((text) => !/\p{Script=Han}/u.test(text))).toEqual([]);
});

test.each(engineVerbs.map((entry) => [entry.name, entry] as const))(
  'the help of %s has no English words but names',
  async (name, entry) => {
    const program = new Command('berth').enablePositionalOptions().configureHelp(chineseHelp);
    const command = program.command(name).description(entry.summary);
    (await entry.load()).define(command);
    const help: string[] = [];
    command.configureOutput({ writeOut: (text) => help.push(text) }).outputHelp();
    expect(help.join('')).toMatch(new RegExp(`^用法：berth ${name} \\[选项\\]`));
    const english = help
      .join('')
      .match(/\b(?:Usage|Options|Arguments|Verbs|display|default|choices)\b:?/g);
    expect(english ?? []).toEqual([]);
  },
);
