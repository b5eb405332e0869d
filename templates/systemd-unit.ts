import { banner } from './banner.ts';
import type { ServiceCommand } from './service-command.ts';

/**
 * Address families that the kernel no longer has, or that no container asks for. Containers inherit this, as everything
 * else that systemd restricts by a system call filter: so nothing is here that one could want (docs/services.md).
 */
const deadFamilies = ['AF_IPX', 'AF_DECnet', 'AF_ECONET', 'AF_IRDA', 'AF_WANPIPE', 'AF_X25'];

/**
 * The unit file (systemd.unit(5), systemd.service(5), systemd 252; also read by 219 of EL7, which passes over what it does
 * not know).
 *
 * - `KillMode=process`, `Delegate=yes`: containers' monitors belong to the unit's control group but run on when the daemon
 *   is stopped or restarted.
 * - `NotifyAccess=main`: no container's process, which also is in the unit's group while it starts, speaks for the daemon.
 * - No directive that gives the service a mount namespace of its own (ProtectSystem= and its like): mounts that containers
 *   share with the host (`rshared`) would no longer reach it, and each restart would leave a namespace behind.
 * - `EnvironmentFile=`: `systemctl show` tells everybody what `Environment=` holds (environment-file.ts).
 */
export function systemdUnit(command: ServiceCommand, environmentFile: string): string {
  return `${banner}# Configuration: ${command.configDigest}
[Unit]
Description=berth container engine
After=network-online.target local-fs.target nss-lookup.target time-set.target firewalld.service
After=berth.socket
Requires=berth.socket
Wants=network-online.target

[Service]
Type=notify
NotifyAccess=main
ExecStart=${command.argv.map(quote).join(' ')}
ExecReload=/bin/kill -s HUP $MAINPID
EnvironmentFile=${environmentFile}
Restart=always
RestartSec=1
StartLimitInterval=0
TimeoutStartSec=120
TimeoutStopSec=90
WatchdogSec=120
KillMode=process
Delegate=yes
TasksMax=infinity
LimitNOFILE=1048576
LimitNPROC=infinity
LimitCORE=infinity
OOMScoreAdjust=-500
KeyringMode=private
DevicePolicy=closed
DeviceAllow=char-* m
DeviceAllow=block-* m
RestrictAddressFamilies=~${deadFamilies.join(' ')}

[Install]
WantedBy=multi-user.target
Also=berth.socket
`;
}

/** Quotes a word as systemd.service(5) wants it: C escapes, and `%` and `$` doubled. */
function quote(word: string): string {
  const escaped = word.replaceAll(/["\\]/g, '\\$&').replaceAll('%', '%%').replaceAll('$', '$$$$');
  return /^[\w@%+=:,./-]+$/.test(escaped) ? escaped : `"${escaped}"`;
}
