import { mirrorServeMessages as m } from '../../messages/areas/mirror-serve.ts';
import { Argument, Option } from 'commander';

import type { Verb } from '../cli/verb.ts';
import { places } from '../host/places.ts';
import type { ServeOptions } from './options.ts';
import { serve } from './serve.ts';

/** What `berth mirror` can be asked to do. */
const actions = ['serve'] as const;

function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

/** `berth mirror serve`: images and packages for the other hosts of a fleet, each fetched once. */
export const mirrorVerb: Verb = {
  define: (command) => {
    command
      .addArgument(new Argument('<action>', m.argument()).choices(actions))
      .option('--listen <address:port>', m.optionListen(), '127.0.0.1:5000')
      .option('--data-root <folder>', m.optionDataRoot(), places.dataRoot)
      .option('--config <file>', m.optionConfig(), places.daemonConfig)
      .option('--upstream <registry=url>', m.optionUpstream(), collect)
      .option('--allow <registries>', m.optionAllow(), collect)
      .option('--allow-packages <hosts>', m.optionAllowPackages(), collect)
      .addOption(
        new Option('--serve-local <which>', m.optionServeLocal())
          .choices(['public', 'all', 'none'])
          .default('public'),
      )
      .option('--max-size <size>', m.optionMaxSize(), '20GB')
      .option('--manifest-ttl <time>', m.optionManifestTtl(), '5m')
      .option('--tls-cert <file>', m.optionTlsCert())
      .option('--tls-key <file>', m.optionTlsKey())
      .option('--json', m.optionJson())
      .addHelpText('after', m.help());
  },
  run: async (context, command) => {
    // Commander has checked the action against its choices; it types no options.
    await serve(command.opts<ServeOptions>(), context);
    return 0;
  },
};
