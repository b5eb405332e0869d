import { banner } from './banner.ts';
import type { ServiceCommand } from './service-command.ts';

/** The init script (openrc-run(8), OpenRC 0.45): supervise-daemon(8) starts the daemon again when it ends. */
export function openrcScript(command: ServiceCommand): string {
  const [program, ...args] = command.argv;
  return `#!/sbin/openrc-run
${banner}# Configuration: ${command.configDigest}

description="berth container engine"
supervisor="supervise-daemon"
command=${quote(program)}
command_args=${quote(args.map(quote).join(' '))}
respawn_delay=1
respawn_max=0
output_log=${quote(command.logFile)}
error_log=${quote(command.logFile)}
${command.environment.map((variable) => `export ${assignment(variable)}`).join('\n')}

depend() {
	need localmount
	after net firewall
}
`;
}

function assignment(variable: string): string {
  const equals = variable.indexOf('=');
  return `${variable.slice(0, equals)}=${quote(variable.slice(equals + 1))}`;
}

/** Quotes a word for sh(1). */
function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
