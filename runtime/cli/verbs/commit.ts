import { Option } from 'commander';
import { fieldsOf, textAt } from '../client/fields.ts';
import { splitImageName } from '../client/reference.ts';
import { collect } from '../collect.ts';
import { defineVerb } from '../verb.ts';

interface CommitOptions {
  readonly author?: string;
  readonly change?: readonly string[];
  readonly message?: string;
  /** `--no-pause` sets it to false. */
  readonly pause: boolean;
}

/** `berth commit`: makes an image of what a container has changed. */
export const commit = defineVerb<CommitOptions>({
  define: (command) => {
    command
      .argument('<container>', 'container')
      .argument('[repository[:tag]]', 'name of the new image')
      .option('-a, --author <author>', 'who has made it')
      .addOption(
        new Option('-c, --change <instruction>', 'apply an instruction of a Dockerfile').argParser(
          collect,
        ),
      )
      .option('-m, --message <message>', 'what was done')
      .option('--no-pause', 'let the container run on meanwhile');
  },
  run: async ({ context, client, args, options }) => {
    const [container = '', image] = args;
    const name = image === undefined ? undefined : splitImageName(image);
    const answer = await client.json({
      method: 'POST',
      path: '/commit',
      query: {
        container,
        repo: name?.name,
        tag: name?.explicit === true ? name.tag : undefined,
        comment: options.message,
        author: options.author,
        changes: options.change,
        pause: options.pause ? undefined : 0,
      },
      body: {},
    });
    await context.console.output.write(`${textAt(fieldsOf(answer, 'image'), 'Id')}\n`);
    return 0;
  },
});
