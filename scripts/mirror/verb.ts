import { Argument, Option } from 'commander';

import type { Verb } from '../cli/verb.ts';
import { places } from '../host/places.ts';
import type { ServeOptions } from './options.ts';
import { serve } from './serve.ts';

/** What `berth mirror` can be asked to do. */
const actions = ['serve'] as const;

const notes = `
Clients name it as a mirror: "registry-mirrors": ["http://<host>:5000"] for Docker Hub in Docker's or berth's daemon.json,
and for other registries "registry-mirrors-for" in berth's, or containerd's hosts.toml. Without a mirror's setting, names
work too: <host>:5000/ghcr.io/owner/name. Packages: http://<host>:5000/packages/<package host>/<path> in place of
http://<package host>/<path>.`;

function collect(value: string, before: readonly string[] | undefined): readonly string[] {
  return [...(before ?? []), value];
}

/** `berth mirror serve`: images and packages for the other hosts of a fleet, each fetched once. */
export const mirrorVerb: Verb = {
  define: (command) => {
    command
      .addArgument(new Argument('<action>', 'serve: a pull-through cache, here').choices(actions))
      .option('--listen <address:port>', 'where to serve', '127.0.0.1:5000')
      .option(
        '--data-root <folder>',
        "the engine's; what is fetched is kept in mirror/ below it",
        places.dataRoot,
      )
      .option(
        '--config <file>',
        'mirrors, proxies and insecure registries to fetch with',
        places.daemonConfig,
      )
      .option(
        '--upstream <registry=url>',
        'ask this URL instead of the registry (Docker Hub when none is named)',
        collect,
      )
      .option(
        '--allow <registries>',
        'registries that may be asked, besides docker.io and those with mirrors',
        collect,
      )
      .option(
        '--allow-packages <hosts>',
        "package hosts that may be asked, instead of the usual ones and those of apt's sources",
        collect,
      )
      .addOption(
        new Option(
          '--serve-local <which>',
          "this host's own images: those that the registry gives to anybody, all, or none",
        )
          .choices(['public', 'all', 'none'])
          .default('public'),
      )
      .option(
        '--max-size <size>',
        'what it may keep; what was not used for longest goes first',
        '20GB',
      )
      .option(
        '--manifest-ttl <time>',
        'so long a tag is served without asking whether it has moved',
        '5m',
      )
      .option('--tls-cert <file>', 'certificate, PEM; then https is spoken')
      .option('--tls-key <file>', 'its key, PEM')
      .option('--json', 'tell what it does as JSON, an object a line')
      .addHelpText('after', notes);
  },
  run: async (context, command) => {
    // Commander has checked the action against its choices; it types no options.
    await serve(command.opts<ServeOptions>(), context);
    return 0;
  },
};
