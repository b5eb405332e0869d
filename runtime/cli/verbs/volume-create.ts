import { Option } from 'commander';
import { fieldsOf, textAt } from '../client/fields.ts';
import { collect } from '../collect.ts';
import { nameValues } from '../create/name-values.ts';
import { prettyJson } from '../formats.ts';
import { defineVerb } from '../verb.ts';

interface VolumeCreateOptions {
  readonly driver: string;
  readonly opt?: readonly string[];
  readonly label?: readonly string[];
  readonly json?: true;
}

/** `berth volume create`: makes a volume, and prints its name. */
export const volumeCreate = defineVerb<VolumeCreateOptions>({
  define: (command) => {
    command
      .argument('[name]', 'its name; berth makes one up')
      .addOption(new Option('-d, --driver <driver>', 'what keeps it').default('local'))
      .addOption(
        new Option('-o, --opt <name=value>', 'type, device or o, as mount has them').argParser(
          collect,
        ),
      )
      .addOption(new Option('--label <name=value>', 'label').argParser(collect))
      .option('--json', "print the API's answer");
  },
  run: async ({ context, client, args, options }) => {
    const body = {
      Name: args[0] ?? '',
      Driver: options.driver,
      DriverOpts: nameValues('--opt', options.opt ?? []),
      Labels: nameValues('--label', options.label ?? []),
    };
    const answer = await client.json({ method: 'POST', path: '/volumes/create', body });
    const name = textAt(fieldsOf(answer, 'volume'), 'Name');
    await context.console.output.write(options.json ? prettyJson(answer) : `${name}\n`);
    return 0;
  },
});
