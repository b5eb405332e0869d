import { execFileSync } from 'node:child_process';
import { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { container } from '../../../runtime/cli/groups/container.ts';
import { image } from '../../../runtime/cli/groups/image.ts';
import { network } from '../../../runtime/cli/groups/network.ts';
import { system } from '../../../runtime/cli/groups/system.ts';
import { volume } from '../../../runtime/cli/groups/volume.ts';
import { engineVerbs } from '../../../runtime/cli/index.ts';
import type { EngineVerbEntry } from '../../../runtime/cli/verb.ts';

const trust = 'berth has no content trust, so there is none to switch off';
const paused = 'it is so by itself; --no-pause is the opposite';
const renamed = 'an older name of --timeout';
const swarm = 'volumes of a swarm, which berth has not';
const kernelMemory = 'Linux has given it up';

/** What docker has and berth has not, and why. Everything else of docker's is there, or the test fails. */
const missing: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  run: {
    '--disable-content-trust': trust,
    '--use-api-socket': "it would hand out the daemon's socket with the user's logins",
  },
  stop: { '--time': renamed },
  restart: { '--time': renamed },
  update: { '--kernel-memory': kernelMemory },
  commit: { '-p': paused, '--pause': paused },
  pull: { '--disable-content-trust': trust },
  push: { '--disable-content-trust': trust },
  version: { '--kubeconfig': 'berth knows nothing of Kubernetes' },
  'volume create': Object.fromEntries(
    [
      ...['availability', 'group', 'limit-bytes', 'required-bytes', 'scope', 'secret', 'sharing'],
      ...['topology-preferred', 'topology-required', 'type'],
    ].map((name) => [`--${name}`, swarm]),
  ),
  'volume ls': { '--cluster': swarm },
};

/** The same under its other name, such as `container create` and `run`. */
function missingOf(verb: string): Readonly<Record<string, string>> {
  const name = verb.replace(/^(?:container|image) /, '');
  return missing[name === 'create' ? 'run' : name] ?? {};
}

const groups = { container, image, network, volume, system };

/** All verbs that docker has too, as both call them; it helps with checkpoints only where a daemon is experimental. */
const verbs: readonly (readonly [string, EngineVerbEntry])[] = [
  ...engineVerbs
    .filter(
      ({ name }) => !Object.hasOwn(groups, name) && !['manifest', 'checkpoint'].includes(name),
    )
    .map((entry) => [entry.name, entry] as const),
  ...Object.entries(groups).flatMap(([group, { verbs: entries }]) =>
    entries.map((entry) => [`${group} ${entry.name}`, entry] as const),
  ),
];

/** Flags in a help of docker's, each by all its names, such as `-v`, `--volume`. */
function flagsOfDocker(verb: string): readonly string[] {
  const help = execFileSync('docker', [...verb.split(' '), '--help'], { encoding: 'utf8' });
  const lines = help.split('\n').filter((line) => /^ {2,6}(?:-\w, )?--/.test(line));
  return lines.flatMap((line) => line.match(/(?<=^ *|, )--?[a-zA-Z0-9-]+/g) ?? []);
}

async function flagsOfBerth(entry: EngineVerbEntry): Promise<readonly string[]> {
  const command = new Command(entry.name).enablePositionalOptions();
  (await entry.load()).define(command);
  return command.options.flatMap(({ short, long }) => [short ?? '', long ?? '']);
}

describe('the flags of docker are those of berth:', () => {
  test.each(verbs)('%s', async (verb, entry) => {
    const have = await flagsOfBerth(entry);
    const reasons = missingOf(verb);
    const wanted = flagsOfDocker(verb).filter((flag) => flag !== '--help');
    const others = wanted.filter((flag) => !have.includes(flag) && reasons[flag] === undefined);
    expect(others).toEqual([]);
    expect(Object.keys(reasons).filter((flag) => have.includes(flag))).toEqual([]);
  });

  test('as many as there are', () => {
    expect(flagsOfDocker('run').length).toBeGreaterThan(90);
  });
});
