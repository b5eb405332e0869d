import { fleetErrorMessages as m } from '../../../messages/areas/fleet-errors.ts';
import { BerthError } from '../../../runtime/errors/berth-error.ts';
import type { Secret } from '../secret.ts';
import type { Elevation } from './elevation.ts';
import { lastWords, reportedFacts, type RemoteHost } from './remote-host.ts';

/** Processors that there are bundles for, as Node.js names them. */
export type FleetArch = 'x64' | 'arm64';

/** What a fleet has to know of a host before it sends anything there. */
export interface HostFacts {
  readonly arch: FleetArch;
  /** The login, and how it becomes root. */
  readonly user: string;
  readonly elevation: Elevation;
}

/** `uname -m` to Node.js's names. */
const architectures: Readonly<Record<string, FleetArch>> = { x86_64: 'x64', aarch64: 'arm64' };

/** How the login may become root is tried, not read from sudoers(5), which only root may read. */
const look = `
LC_ALL=C; export LC_ALL
say() { echo "berth-fleet:$1=$2"; }
say arch "$(uname -m)"
say uid "$(id -u)"
say user "$(id -un)"
if [ "$(id -u)" = 0 ]; then say sudo unneeded
elif ! command -v sudo >/dev/null 2>&1; then say sudo missing
elif sudo -k -n -- sh -c : ; then say sudo free
else say sudo password; fi
`;

/**
 * Standard input ends after the password: a wrong one is tried once, and not three times, which may lock an account.
 */
const tryPassword = `LC_ALL=C; export LC_ALL; exec sudo -k -S -p '' -- sh -c :`;

/**
 * Looks at a host: its processor, and how the login becomes root.
 *
 * @throws BerthError FLEET_ARCH_UNSUPPORTED, FLEET_REMOTE_FAILED, SUDO_MISSING, SUDO_PASSWORD_NEEDED, SUDO_REFUSED,
 *   SSH_CONNECTION_LOST, and the signal's reason.
 */
export async function inspectHost(
  host: RemoteHost,
  using: {
    readonly password: Secret | undefined;
    readonly doing: string;
    readonly signal: AbortSignal;
  },
): Promise<HostFacts> {
  const { doing, signal } = using;
  const result = await host.runAsLogin({ script: look, args: [], doing, signal });
  const { arch: machine = '', user = '', sudo } = reportedFacts(result.stdout);
  const said = lastWords(result);
  if (sudo === undefined) {
    throw new BerthError('FLEET_REMOTE_FAILED', {
      message: m.remoteFailed({ doing, status: result.exitCode, said }),
      remedy: m.remoteRemedy(),
    });
  }
  const arch = architectures[machine];
  if (arch === undefined) {
    throw new BerthError('FLEET_ARCH_UNSUPPORTED', {
      message: m.archUnsupported({ arch: machine }),
      remedy: m.archUnsupportedRemedy(),
      details: { arch: machine },
    });
  }
  if (sudo === 'unneeded') return { arch, user, elevation: { kind: 'root' } };
  if (sudo === 'free') return { arch, user, elevation: { kind: 'sudo' } };
  if (sudo === 'missing') {
    throw new BerthError('SUDO_MISSING', {
      message: m.sudoMissing({ user }),
      remedy: m.sudoMissingRemedy(),
    });
  }
  return { arch, user, elevation: await elevationBy(host, { ...using, user, said }) };
}

async function elevationBy(
  host: RemoteHost,
  using: {
    readonly password: Secret | undefined;
    readonly doing: string;
    readonly signal: AbortSignal;
    readonly user: string;
    readonly said: string;
  },
): Promise<Elevation> {
  const { password, doing, signal, user, said } = using;
  if (password === undefined) {
    throw new BerthError('SUDO_PASSWORD_NEEDED', {
      message: m.sudoNeeded({ user, said }),
      remedy: m.sudoNeededRemedy({ user }),
    });
  }
  const input = `${password.reveal()}\n`;
  const tried = await host.runAsLogin({ script: tryPassword, args: [], doing, signal, input });
  if (tried.exitCode === 0) return { kind: 'sudo-with-password', password };
  throw new BerthError('SUDO_REFUSED', {
    message: m.sudoRefused({ user, said: lastWords(tried) }),
    remedy: m.sudoRefusedRemedy({ user }),
  });
}
