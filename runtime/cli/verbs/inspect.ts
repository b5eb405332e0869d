import { Option } from 'commander';
import { BerthError, isBerthError } from '../../errors/berth-error.ts';
import type { ApiClient } from '../client/client.ts';
import { segment } from '../client/client.ts';
import { isApiStatus } from '../client/failure.ts';
import { platformQuery } from '../client/platform.ts';
import { prettyJson } from '../formats.ts';
import { showError } from '../render/show-error.ts';
import type { VerbInput } from '../verb.ts';
import { defineVerb } from '../verb.ts';

type Kind = 'container' | 'image' | 'network' | 'volume';

interface InspectOptions {
  readonly type?: Kind;
  readonly platform?: string;
  readonly size?: true;
  readonly verbose?: true;
}

/** In the order in which a name is looked for, and where. */
const kinds: readonly Kind[] = ['container', 'image', 'network', 'volume'];
const paths: Readonly<Record<Kind, (name: string) => string>> = {
  container: (name) => `/containers/${name}/json`,
  image: (name) => `/images/${name}/json`,
  // Only images have names of several segments.
  network: (name) => `/networks/${name.replaceAll('/', '%2F')}`,
  volume: (name) => `/volumes/${name}`,
};

/** What to look for: of images, one platform of several when it is asked for. */
interface Wanted {
  readonly kind: Kind | undefined;
  readonly platform?: string | undefined;
  /** Of containers, how many bytes they take. */
  readonly size?: true | undefined;
  /** Of networks, with what a swarm has in them. */
  readonly verbose?: true | undefined;
}

async function inspectOne(
  client: ApiClient,
  name: string,
  { kind, platform, size, verbose }: Wanted,
): Promise<unknown> {
  for (const each of kind === undefined ? kinds : [kind]) {
    try {
      const path = paths[each](segment(name));
      const query = { platform, size: size && 1, verbose: verbose && 1 };
      return await client.json({ method: 'GET', path, query });
    } catch (error) {
      if (!isApiStatus(error, 404)) throw error;
    }
  }
  throw new BerthError('OBJECT_NOT_FOUND', {
    message: `there is no ${kind ?? 'container, image, network or volume'} '${name}'`,
    remedy: 'See what there is with: berth ps -a, berth images, berth network ls, berth volume ls',
    details: { name },
  });
}

async function inspectAll(
  { context, client, args }: VerbInput<InspectOptions>,
  wanted: Wanted,
): Promise<number> {
  const found: unknown[] = [];
  const missing: BerthError[] = [];
  for (const name of args) {
    try {
      found.push(await inspectOne(client, name, wanted));
    } catch (error) {
      if (!isBerthError(error, 'OBJECT_NOT_FOUND')) throw error;
      missing.push(error);
    }
  }
  await context.console.output.write(prettyJson(found));
  for (const error of missing) await showError(context, error);
  return missing.length === 0 ? 0 : 1;
}

const formatOption = (): Option =>
  new Option('-f, --format <format>', 'json is the only one').choices(['json']);

/** `berth inspect`: prints all that the daemon knows of containers, images, networks and volumes, as a JSON list. */
export const inspect = defineVerb<InspectOptions>({
  define: (command) => {
    command
      .argument('<name...>', 'containers, images, networks or volumes')
      .addOption(new Option('--type <type>', 'look for this only').choices(kinds))
      .option('-s, --size', 'also the bytes that containers take')
      .addOption(formatOption());
  },
  run: (input) => inspectAll(input, { kind: input.options.type, size: input.options.size }),
});

/** `berth container inspect`: the same for containers only. */
export const containerInspect = defineVerb<InspectOptions>({
  define: (command) => {
    command
      .argument('<container...>', 'containers')
      .option('-s, --size', 'also the bytes that containers take')
      .addOption(formatOption());
  },
  run: (input) => inspectAll(input, { kind: 'container', size: input.options.size }),
});

/** `berth image inspect`: the same for images only. */
export const imageInspect = defineVerb<InspectOptions>({
  define: (command) => {
    command
      .argument('<image...>', 'images')
      .addOption(formatOption())
      .option(
        '--platform <platform>',
        'only this one of an image with several, such as linux/arm64',
      );
  },
  run: async (input) => {
    const platform = await platformQuery(input.client, input.options.platform, '1.49');
    return inspectAll(input, { kind: 'image', platform });
  },
});

/** `berth network inspect`: the same for networks only. */
export const networkInspect = defineVerb<InspectOptions>({
  define: (command) => {
    command
      .argument('<network...>', 'networks')
      .addOption(formatOption())
      .option('-v, --verbose', 'also the services of a swarm');
  },
  run: (input) => inspectAll(input, { kind: 'network', verbose: input.options.verbose }),
});

/** `berth volume inspect`: the same for volumes only. */
export const volumeInspect = defineVerb<InspectOptions>({
  define: (command) => {
    command.argument('<volume...>', 'volumes').addOption(formatOption());
  },
  run: (input) => inspectAll(input, { kind: 'volume' }),
});
