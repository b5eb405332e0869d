import { banner } from './banner.ts';
import type { ServiceCommand } from './service-command.ts';

/**
 * The unit file (systemd.unit(5), systemd.service(5), systemd 252).
 * `KillMode=process` and `Delegate=yes`: containers and their monitors belong to the unit's control group but run on
 * when the daemon is stopped or restarted.
 */
export function systemdUnit(command: ServiceCommand): string {
  return `${banner}# Configuration: ${command.configDigest}
[Unit]
Description=berth container engine
After=network-online.target local-fs.target
Wants=network-online.target
StartLimitIntervalSec=0

[Service]
Type=simple
ExecStart=${command.argv.map(quote).join(' ')}
${command.environment.map((variable) => `Environment=${quote(variable)}`).join('\n')}
Restart=always
RestartSec=1
KillMode=process
Delegate=yes
TasksMax=infinity
LimitNOFILE=infinity
OOMScoreAdjust=-500
RuntimeDirectory=berth
RuntimeDirectoryMode=0755
RuntimeDirectoryPreserve=yes

[Install]
WantedBy=multi-user.target
`;
}

/** Quotes a word as systemd.service(5) wants it: C escapes, and `%` and `$` doubled. */
function quote(word: string): string {
  const escaped = word.replaceAll(/["\\]/g, '\\$&').replaceAll('%', '%%').replaceAll('$', '$$$$');
  return /^[\w@%+=:,./-]+$/.test(escaped) ? escaped : `"${escaped}"`;
}
