import { banner } from './banner.ts';
import { fileLoggedArgvReading } from './file-logged-command.ts';
import type { ServiceCommand } from './service-command.ts';

/** What the script names on the host. */
export interface OpenrcPaths {
  /** Berth's own, in /run. */
  readonly runFolder: string;
  /** See environment-file.ts. */
  readonly environmentFile: string;
}

/**
 * The init script (openrc-run(8), OpenRC 0.45): supervise-daemon(8) starts the daemon again when it ends. When the host
 * goes down (`RC_GOINGDOWN`), a file tells the daemon to stop its containers too.
 *
 * The daemon reads its environment itself: what supervise-daemon is given as arguments everybody can read, and OpenRC's own
 * functions, which run in the same shell as the script, need their own PATH.
 */
export function openrcScript(command: ServiceCommand, paths: OpenrcPaths): string {
  const [program, ...args] = fileLoggedArgvReading(paths.environmentFile, command);
  const marker = quote(`${paths.runFolder}/host-goes-down`);
  return `#!/sbin/openrc-run
${banner}# Configuration: ${command.configDigest}

description="berth container engine"
supervisor="supervise-daemon"
command=${quote(quote(program))}
command_args=${quote(args.map(quote).join(' '))}
respawn_delay=1
respawn_max=0
retry="TERM/90/KILL/5"
output_log=${quote(command.logFile)}
error_log=${quote(command.logFile)}
extra_started_commands="reload"
description_reload="Read the configuration again"

depend() {
	need localmount
	want cgroups
	use net dns
	after firewall
}

start_pre() {
	rm -f ${marker}
}

# Debian stops services in a runlevel of its own before OpenRC knows that the host goes down; init does.
going_down() {
	yesno "$RC_GOINGDOWN" && return 0
	case "$(runlevel 2>/dev/null)" in
		*[06]) return 0 ;;
	esac
	return 1
}

stop_pre() {
	if going_down; then
		: >${marker}
	fi
}

reload() {
	ebegin "Reloading $RC_SVCNAME"
	supervise-daemon "$RC_SVCNAME" --signal HUP
	eend $?
}
`;
}

/** Quotes a word for sh(1). */
function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
