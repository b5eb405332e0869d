import { segment } from '../client/client.ts';
import { defineVerb } from '../verb.ts';

interface CheckpointCreateOptions {
  readonly leaveRunning?: true;
  readonly checkpointDir?: string;
}

/** `berth checkpoint create`: writes the processes of a running container into a checkpoint, and ends them. */
export const checkpointCreate = defineVerb<CheckpointCreateOptions>({
  define: (command) => {
    command
      .argument('<container>', 'container that runs')
      .argument('<checkpoint>', 'name of the checkpoint')
      .option('--leave-running', 'let the container go on')
      .option('--checkpoint-dir <path>', 'folder of checkpoints on the host of the engine');
  },
  run: async ({ context, client, args, options }) => {
    const [container = '', checkpoint = ''] = args;
    await client.text({
      method: 'POST',
      path: `/containers/${segment(container)}/checkpoints`,
      body: {
        CheckpointID: checkpoint,
        CheckpointDir: options.checkpointDir ?? '',
        Exit: options.leaveRunning !== true,
      },
    });
    await context.console.output.write(`${checkpoint}\n`);
    return 0;
  },
});
