import { defaultConfig } from '../../runtime/oci/default-config.ts';
import { ociCommands } from '../../runtime/oci/commands.ts';
import { parseSpecText } from '../../runtime/spec/parse-spec.ts';
import { ProgramBuilder } from '../../runtime/syscall/program-builder.ts';
import { encodeProgram } from '../../runtime/syscall/encode.ts';

/** As `warmUp`, for the file with `berth oci` alone: its commands, the reader of configs, the encoder of programs. */
export async function warmUpOci(): Promise<number> {
  for (const command of ociCommands) await command.load();
  parseSpecText(JSON.stringify(defaultConfig({ cgroup: 'v2' })));
  const p = new ProgramBuilder('nothing');
  p.exit(p.call('ask', 'getpid', []));
  encodeProgram(p, { architecture: 'x86_64', id: 1, replyFd: 3 });
  return 0;
}
