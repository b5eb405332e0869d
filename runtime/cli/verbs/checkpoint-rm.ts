import { segment } from '../client/client.ts';
import { defineVerb } from '../verb.ts';

interface CheckpointRmOptions {
  readonly checkpointDir?: string;
}

/** `berth checkpoint rm`: removes a checkpoint. */
export const checkpointRm = defineVerb<CheckpointRmOptions>({
  define: (command) => {
    command
      .argument('<container>', 'container that was checkpointed')
      .argument('<checkpoint>', 'name of the checkpoint')
      .option('--checkpoint-dir <path>', 'folder of checkpoints on the host of the engine');
  },
  run: async ({ client, args, options }) => {
    const [container = '', checkpoint = ''] = args;
    await client.text({
      method: 'DELETE',
      path: `/containers/${segment(container)}/checkpoints/${segment(checkpoint)}`,
      query: { dir: options.checkpointDir },
    });
    return 0;
  },
});
