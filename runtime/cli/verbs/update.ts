import { segment } from '../client/client.ts';
import { fieldsOf, textsAt } from '../client/fields.ts';
import { eachName } from '../each-name.ts';
import type { UpdateOptions } from '../create/update-options.ts';
import { updateBody, updateOptions } from '../create/update-options.ts';
import { defineVerb } from '../verb.ts';

/** `berth update`: changes limits and restart policy of containers. */
export const update = defineVerb<UpdateOptions>({
  define: (command) => {
    command.argument('<container...>', 'containers to change');
    for (const option of updateOptions) command.addOption(option);
  },
  run: ({ context, client, args, options }) => {
    const body = updateBody(options);
    return eachName(context, args, async (name) => {
      const path = `/containers/${segment(name)}/update`;
      const answer = await client.json({ method: 'POST', path, body });
      for (const warning of textsAt(fieldsOf(answer, 'update'), 'Warnings')) {
        await context.console.errors.write(`WARNING: ${warning}\n`);
      }
      return name;
    });
  },
});
