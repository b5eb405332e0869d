import { fleetErrorMessages as m } from '../../../messages/areas/fleet-errors.ts';
import { BerthError } from '../../../runtime/errors/berth-error.ts';
import { formatBytes } from '../../ui/format-bytes.ts';
import type { FleetBundle } from '../bundle/fleet-bundle.ts';
import { readFrom } from '../bundle/fleet-bundle.ts';
import type { Elevation } from './elevation.ts';
import { lastWords, reportedFacts, type RemoteHost, type RemoteResult } from './remote-host.ts';
import { locks, prelude, stagingFolder } from './staging.ts';

/** What a bundle is sent with. */
export interface StageOptions {
  readonly bundle: FleetBundle;
  readonly elevation: Elevation;
  readonly doing: string;
  readonly signal: AbortSignal;
  /** Told of how far it is. */
  readonly tell: (progress: StageProgress) => void;
}

/** What happens to the bundle. */
export type StageProgress =
  | { readonly kind: 'waiting' }
  | { readonly kind: 'copying'; readonly sentBytes: number; readonly sizeBytes: number }
  | { readonly kind: 'unpacking' };

/** `there`: the host had this very bundle. */
export type Staged = 'there' | 'copied';

/**
 * A copy that does not grow for this long, in seconds, is over: the other end may be gone without a word, and the lock
 * would keep everybody else waiting.
 */
const stallS = 60;

/**
 * Receives the archive on standard input, once it has said from which byte on. What has arrived stays for the next
 * time when the connection is lost; it goes when it is not what was sent, or when the disk is full.
 */
const receive = `${prelude}${locks}
digest=$1 size=$2 need=$3
missing=
for tool in tar gzip sha256sum df wc; do
  command -v $tool >/dev/null 2>&1 || missing="$missing $tool"
done
[ -z "$missing" ] || { say missing "\${missing# }"; exit 3; }
[ -d "$dir/$digest" ] && { say state staged; exit 0; }
lock -x || exit 6
mkdir -p "$dir" && chmod 700 "$dir" || exit 6
[ -d "$dir/$digest" ] && { say state staged; exit 0; }
partial=$dir/$digest.partial
if have_flock; then
  for old in "$dir"/*; do
    case $old in "$partial" | "$dir/lock") ;; *) rm -rf "$old" ;; esac
  done
else
  partial=$dir/$digest.$$.partial
fi
have=0
[ -f "$partial" ] && have=$(wc -c <"$partial")
[ "$have" -le "$size" ] || { rm -f "$partial"; have=0; }
set -- $(df -Pk "$dir" | tail -n 1)
free=$4
[ $((free * 1024 + have)) -ge "$need" ] || { rm -f "$partial"; say free "$free"; exit 5; }
say offset $((have))
exec 3<&0
cat <&3 >>"$partial" 3<&- 9>&- &
copy=$!
{
  before= same=0
  while sleep 1; do
    now=$(wc -c <"$partial")
    if [ "$now" = "$before" ]; then same=$((same + 1)); else same=0; fi
    [ "$same" -lt ${stallS} ] || { kill "$copy"; exit 0; }
    before=$now
  done
} </dev/null >/dev/null 2>&1 3<&- 9>&- &
watch=$!
exec 3<&-
wait "$copy"
copied=$?
kill "$watch" 2>/dev/null
wait "$watch" 2>/dev/null
[ "$copied" = 0 ] || [ "$copied" -gt 128 ] || { rm -f "$partial"; exit 6; }
have=$(wc -c <"$partial")
[ "$have" -ge "$size" ] || exit 9
say state unpacking
set -- $(sha256sum <"$partial")
[ "$1" = "$digest" ] || { rm -f "$partial"; exit 7; }
new=$dir/$digest.new
rm -rf "$new"
mkdir "$new" && tar -xzf "$partial" -C "$new" --strip-components=1 || { rm -rf "$new"; exit 8; }
rm -f "$partial"
chown -R 0:0 "$new" && mv "$new" "$dir/$digest" || exit 6
say state staged
`;

/** Statuses of {@link receive}. */
const status = { missing: 3, noRoom: 5, notWritten: 6, differs: 7, notUnpacked: 8 } as const;

/**
 * Puts the bundle on a host, unless it is there. Throws FLEET_NO_ROOM, FLEET_TOOL_MISSING, FLEET_COPY_FAILED,
 * SSH_CONNECTION_LOST, and the signal's reason.
 */
export async function stageBundle(host: RemoteHost, options: StageOptions): Promise<Staged> {
  const first = await send(host, options);
  // What an earlier, broken copy had left was not what it should have been: it is gone now, so once more from the
  // start.
  const again = first.result.exitCode === status.differs && first.offset > 0;
  const { result, offset } = again ? await send(host, options) : first;
  if (result.exitCode !== 0) throw problemOf(result, options);
  return offset < 0 ? 'there' : 'copied';
}

interface Sent {
  readonly result: RemoteResult;
  /** First byte that was sent; negative when none was asked for. */
  readonly offset: number;
}

async function send(host: RemoteHost, options: StageOptions): Promise<Sent> {
  const { bundle, elevation, doing, signal, tell } = options;
  const session = host.startAsRoot(elevation, {
    script: receive,
    args: [bundle.digest, String(bundle.sizeBytes), String(bundle.roomBytes)],
    doing,
    signal,
  });
  let offset = -1;
  let sending: Promise<void> = Promise.resolve();
  session.onLine((line) => {
    const facts = reportedFacts(line);
    if (facts['state'] === 'waiting') tell({ kind: 'waiting' });
    if (facts['state'] === 'unpacking') tell({ kind: 'unpacking' });
    if (facts['offset'] === undefined) return;
    offset = Number(facts['offset']);
    // Its failure is told by the status of the other side, which knows the reason.
    sending = session.sendAll(counted(options, offset)).catch(() => undefined);
  });
  const result = await session.ended;
  session.endInput();
  await sending;
  return { result, offset };
}

/** The archive from a byte on, telling how much of it has been handed over. */
function counted(options: StageOptions, offset: number): ReturnType<typeof readFrom> {
  const { bundle, tell } = options;
  const stream = readFrom(bundle, offset);
  let sentBytes = offset;
  tell({ kind: 'copying', sentBytes, sizeBytes: bundle.sizeBytes });
  stream.on('data', (chunk: Buffer) => {
    sentBytes += chunk.byteLength;
    tell({ kind: 'copying', sentBytes, sizeBytes: bundle.sizeBytes });
  });
  return stream;
}

function problemOf(result: RemoteResult, { bundle }: StageOptions): BerthError {
  const said = lastWords(result);
  const facts = reportedFacts(result.stdout);
  switch (result.exitCode) {
    case status.missing: {
      const tools = facts['missing'] ?? '';
      return new BerthError('FLEET_TOOL_MISSING', {
        message: m.toolMissing({ tools }),
        remedy: m.toolMissingRemedy({ tools }),
        details: { tools: tools.split(' ') },
      });
    }
    case status.noRoom: {
      const freeBytes = Number(facts['free'] ?? 0) * 1024;
      return new BerthError('FLEET_NO_ROOM', {
        message: m.noRoom({
          folder: stagingFolder,
          free: formatBytes(freeBytes),
          wanted: formatBytes(bundle.roomBytes),
        }),
        remedy: m.noRoomRemedy(),
        details: { folder: stagingFolder, freeBytes, wantedBytes: bundle.roomBytes },
      });
    }
    case status.differs:
      return copyFailed(m.digestDiffers({ digest: bundle.digest }));
    case status.notUnpacked:
      return copyFailed(m.unpackFailed({ said }));
    default:
      return copyFailed(m.writeFailed({ said }));
  }
}

function copyFailed(message: string): BerthError {
  return new BerthError('FLEET_COPY_FAILED', { message, remedy: m.copyRemedy() });
}
