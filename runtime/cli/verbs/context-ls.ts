import { Option } from 'commander';
import { defaultAddress } from '../client/endpoint.ts';
import { contextInUse } from '../contexts/choose-context.ts';
import { defaultContext, type StoredContext } from '../contexts/context-store.ts';
import { defineLocalVerb } from '../contexts/local-verb.ts';
import { prettyJson } from '../formats.ts';
import { renderTable } from '../render/table.ts';

interface ContextLsOptions {
  readonly quiet?: true;
  readonly format?: 'json' | 'table';
  readonly json?: true;
}

/** `berth context ls`: lists contexts; a star is at the one in use. */
export const contextLs = defineLocalVerb<ContextLsOptions>({
  define: (command) => {
    command
      .option('-q, --quiet', 'print names only')
      .addOption(
        new Option('--format <format>', 'json prints a row a line').choices(['json', 'table']),
      )
      .option('--json', 'print as JSON');
  },
  run: async ({ context, store, options }) => {
    const { output } = context.console;
    const { env } = context;
    const current = await contextInUse(env);
    const own: StoredContext = {
      name: defaultContext,
      description: 'The usual socket, or what BERTH_HOST or DOCKER_HOST name',
      host: env['BERTH_HOST'] || env['DOCKER_HOST'] || defaultAddress,
      skipTlsVerify: false,
    };
    const rows = [own, ...(await store.list())];
    if (options.quiet) await output.write(rows.map(({ name }) => `${name}\n`).join(''));
    else if (options.json === true || options.format === 'json') {
      const lines = rows.map(({ name, description, host }) => ({
        ...{ Current: name === current, Description: description, DockerEndpoint: host },
        ...{ Error: '', Name: name },
      }));
      if (options.json) await output.write(prettyJson(lines));
      else await output.write(lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
    } else {
      const columns = [
        {
          heading: 'NAME',
          cell: ({ name }: StoredContext) => (name === current ? `${name} *` : name),
        },
        { heading: 'DESCRIPTION', cell: ({ description }: StoredContext) => description },
        { heading: 'DOCKER ENDPOINT', cell: ({ host }: StoredContext) => host },
      ];
      await output.write(renderTable(columns, rows));
    }
    return 0;
  },
});
