import { Option } from 'commander';
import { isBerthError } from '../../errors/berth-error.ts';
import { newestApiVersion } from '../client/client.ts';
import type { Fields } from '../client/fields.ts';
import { fieldsAt, fieldsOf, listOf, optionalText } from '../client/fields.ts';
import { prettyJson } from '../formats.ts';
import type { Fact } from '../render/facts.ts';
import { renderFacts } from '../render/facts.ts';
import { showError } from '../render/show-error.ts';
import { clientVersion } from '../client/client-version.ts';
import { defineVerb } from '../verb.ts';

interface VersionOptions {
  readonly format?: 'json';
  readonly json?: true;
}

const clientFacts = (): readonly Fact[] => [
  { name: 'Version', value: clientVersion },
  { name: 'API version', value: newestApiVersion },
  { name: 'Node.js version', value: process.version },
  { name: 'OS/Arch', value: `${process.platform}/${process.arch}` },
];

function componentFacts(value: unknown): Fact {
  const component = fieldsOf(value, 'Components');
  const details = Object.entries(fieldsAt(component, 'Details'));
  return {
    name: optionalText(component, 'Name'),
    facts: [
      { name: 'Version', value: optionalText(component, 'Version') },
      ...details.flatMap(([name, detail]) =>
        typeof detail === 'string' ? [{ name, value: detail }] : [],
      ),
    ],
  };
}

function serverFacts(server: Fields): readonly Fact[] {
  const components = listOf(server['Components'], 'Components');
  if (components.length > 0) return components.map(componentFacts);
  return [
    { name: 'Version', value: optionalText(server, 'Version') },
    { name: 'API version', value: optionalText(server, 'ApiVersion') },
    { name: 'OS/Arch', value: `${optionalText(server, 'Os')}/${optionalText(server, 'Arch')}` },
  ];
}

/** `berth version`: prints the versions of this client and of the daemon. */
export const version = defineVerb<VersionOptions>({
  define: (command) => {
    command
      .addOption(new Option('-f, --format <format>', 'json is the only one').choices(['json']))
      .option('--json', 'print as JSON');
  },
  run: async ({ context, client, options }) => {
    const { output } = context.console;
    const json = options.json === true || options.format === 'json';
    const own = {
      Version: clientVersion,
      ApiVersion: newestApiVersion,
      NodeVersion: process.version,
    };
    try {
      const server = fieldsOf(await client.json({ method: 'GET', path: '/version' }), 'version');
      await output.write(
        json
          ? prettyJson({ Client: own, Server: server })
          : renderFacts([
              { name: 'Client', facts: clientFacts() },
              { name: 'Server', facts: serverFacts(server) },
            ]),
      );
      return 0;
    } catch (error) {
      if (!isBerthError(error, 'DAEMON_UNREACHABLE')) throw error;
      await output.write(
        json
          ? prettyJson({ Client: own })
          : renderFacts([{ name: 'Client', facts: clientFacts() }]),
      );
      await showError(context, error);
      return 1;
    }
  },
});
