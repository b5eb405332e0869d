import { runOci } from '../../../runtime/oci/command-line.ts';
import { ociCommands } from '../../../runtime/oci/commands.ts';

/** What the test asks for: a command, and whether to die in the middle of it. */
export interface Asked {
  readonly argv: readonly string[];
  readonly workingDirectory: string;
  /** SIGKILL so long after the command has begun. */
  readonly dieAfterMs: number | undefined;
}

// What a command loads is loaded, so that whoever dies does so at work.
for (const command of ociCommands) await command.load();

process.on('message', ({ argv, workingDirectory, dieAfterMs }: Asked) => {
  if (dieAfterMs !== undefined) setTimeout(() => process.kill(process.pid, 'SIGKILL'), dieAfterMs);
  void runOci(argv, { version: '0', workingDirectory }).then((status) => process.send?.(status));
});
process.send?.('ready');
