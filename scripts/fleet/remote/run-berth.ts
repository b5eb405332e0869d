import { fleetErrorMessages as m } from '../../../messages/areas/fleet-errors.ts';
import { BerthError } from '../../../runtime/errors/berth-error.ts';
import type { Clock } from '../../../runtime/host/clock.ts';
import type { Elevation } from './elevation.ts';
import {
  lastWords,
  reportedFacts,
  sayEnded,
  type RemoteHost,
  type RemoteResult,
} from './remote-host.ts';
import { locks, prelude } from './staging.ts';

/** What is run of berth on a host, and how. */
export interface RemoteRun {
  /** Program and arguments, relative to the unpacked bundle. */
  readonly argv: readonly [string, ...string[]];
  /** Folder of the unpacked bundle on the host. */
  readonly folder: string;
  readonly elevation: Elevation;
  /** Locale whose language berth speaks there (locale(7)). */
  readonly locale: string;
  readonly doing: string;
  readonly clock: Clock;
  /** Asks berth on the host to stop and to undo what it has begun. */
  readonly signal: AbortSignal;
  /** Told when berth was asked to stop. */
  readonly onStopping: () => void;
}

/**
 * Runs berth and passes its end on. Standard input is the line to the fleet: `stop`, or its end, which comes when the
 * fleet or the connection has gone, asks berth to stop (SIGTERM), upon which it undoes what it has begun. A session
 * without a terminal gets no other sign: sshd(8) only closes its pipes.
 *
 * berth's own processes must not keep the lock (descriptor 9), nor the line.
 */
const run = `${prelude}${locks}${sayEnded}
folder=$1 LC_ALL=$2
export LC_ALL
shift 2
lock -s || exit 1
cd "$folder" || exit 1
exec 3<&0
"$@" </dev/null 3<&- 9>&- &
pid=$!
{
  while IFS= read -r line && [ "$line" != stop ]; do :; done
  kill -TERM "$pid"
} <&3 >/dev/null 2>&1 9>&- &
watch=$!
exec 3<&-
wait "$pid"
code=$?
kill "$watch" 2>/dev/null
[ "$code" -lt 255 ] || code=254
say_ended "$code"
exit "$code"
`;

/**
 * A bundle that is on a host already: the version that is installed, as it wrote the journal; else one that a fleet has
 * put there whole.
 */
const find = `${prelude}
for folder in /opt/berth/current "$dir"/*; do
  case $folder in *.new | *.partial) continue ;; esac
  [ -x "$folder/bin/berth" ] && { say folder "$folder"; exit 0; }
done
exit 0
`;

/** All that a fleet has left, unless another is at work there. */
const tidy = `${prelude}${locks}
[ -d "$dir" ] || exit 0
if have_flock; then exec 9>"$dir/lock" && flock -n -x 9 || exit 0; fi
rm -rf "$dir"
`;

/** Longest wait for berth to undo what it has begun, after it was asked to stop. */
const stopGraceMs = 60_000;

/**
 * Runs berth on a host to its end. Throws SSH_CONNECTION_LOST; an aborted signal leads to berth's own end, not to an
 * error.
 */
export async function runBerth(host: RemoteHost, order: RemoteRun): Promise<RemoteResult> {
  const { argv, folder, elevation, locale, doing, clock, signal } = order;
  const hopeless = new AbortController();
  const session = host.startAsRoot(elevation, {
    script: run,
    args: [folder, locale, ...argv],
    doing,
    signal: hopeless.signal,
  });
  const done = new AbortController();
  const stop = (): void => {
    order.onStopping();
    session.send('stop\n');
    clock.sleep(stopGraceMs, done.signal).then(
      () => {
        hopeless.abort(signal.reason);
      },
      () => undefined,
    );
  };
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await session.ended;
  } finally {
    signal.removeEventListener('abort', stop);
    done.abort();
    session.endInput();
  }
}

/** What finding and tidying are done with. */
interface Errand {
  readonly elevation: Elevation;
  readonly doing: string;
  readonly signal: AbortSignal;
}

/**
 * Folder of a bundle that is on the host; `undefined` when there is none. Throws FLEET_REMOTE_FAILED,
 * SSH_CONNECTION_LOST.
 */
export async function findBundle(host: RemoteHost, errand: Errand): Promise<string | undefined> {
  const result = await host.runAsRoot(errand.elevation, {
    ...errand,
    script: find,
    args: [],
  });
  requireSuccess(result, errand.doing);
  return reportedFacts(result.stdout)['folder'];
}

/** Removes from a host what a fleet keeps there. Throws FLEET_REMOTE_FAILED, SSH_CONNECTION_LOST. */
export async function tidyHost(host: RemoteHost, errand: Errand): Promise<void> {
  const result = await host.runAsRoot(errand.elevation, { ...errand, script: tidy, args: [] });
  requireSuccess(result, errand.doing);
}

function requireSuccess(result: RemoteResult, doing: string): void {
  if (result.exitCode === 0) return;
  throw new BerthError('FLEET_REMOTE_FAILED', {
    message: m.remoteFailed({ doing, status: result.exitCode, said: lastWords(result) }),
    remedy: m.remoteRemedy(),
    details: { exitCode: result.exitCode },
  });
}
