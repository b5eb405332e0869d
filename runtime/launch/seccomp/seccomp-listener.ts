import { ociVersion } from '../../spec/oci-version.ts';
import type { Spec } from '../../spec/spec.ts';
import { MSG_NOSIGNAL } from '../../syscall/constants/io.ts';
import { decimal } from '../../syscall/decimal.ts';
import { errnoNumber } from '../../syscall/errno.ts';
import { failureSize } from '../../syscall/layout.ts';
import type { Address, Ref, Value } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { connectTo, type NeededCall } from '../channels/connect-to.ts';
import { endContainer, orEnd } from '../channels/end-container.ts';
import { hear, messageWithDescriptor, sendGo, type SyncChannel } from '../channels/sync-channel.ts';

/** Where the listener of a filter goes, and what is said with it. */
export interface SeccompListener {
  /** Socket of the seccomp agent, on the host. */
  readonly path: string;
  /** The container process state as JSON, cut where the process id belongs: before, between and after the two of them. */
  readonly state: readonly [string, string, string];
}

/** Size of the message that says why the agent has not got it. */
const errnoSize = 8;

/** Size of the message by which the number of the listener's descriptor comes: neither a failure's nor a terminal's. */
const numberSize = 8;

/**
 * The state that goes with a listener: OCI runtime-spec 1.2.1, config-linux.md, "The Container Process State".
 *
 * @param container Its id, and the folder that stands for its bundle.
 */
export function planListener(
  { annotations, linux: { seccomp } }: Spec,
  { id, bundle }: { readonly id: string; readonly bundle: string },
): SeccompListener {
  const metadata = seccomp?.listenerMetadata;
  // What JSON.stringify makes of an object is cut open at its end, where the process id comes.
  const open = (value: object): string => JSON.stringify(value).slice(0, -1);
  const head = open({
    ociVersion,
    fds: ['seccompFd'],
    ...(metadata !== undefined && { metadata }),
  });
  const inner = open({ ociVersion, id, status: 'creating', bundle, annotations });
  return {
    path: seccomp?.listenerPath ?? '',
    state: [`${head},"pid":`, `,"state":${inner},"pid":`, '}}'],
  };
}

/**
 * In the container: says which descriptor the listener is, and waits until the monitor has its own. By then the filter
 * holds: the two calls must not need a listener (see `notifies`) or may wait for it, as the read may.
 */
export function handOverListener(
  p: ProgramBuilder,
  { sync, listener }: { readonly sync: Ref; readonly listener: Ref },
): void {
  const number = p.reserve(numberSize);
  p.set(number, listener);
  p.call('hand over the seccomp listener', 'write', [sync, number, numberSize]);
  const [goOn, refused] = [p.label(), p.label()];
  const answer = p.reserve(errnoSize);
  const length = p.call('wait for the monitor', 'read', [sync, answer, errnoSize]);
  p.jumpIf('eq', length, 1, goOn);
  p.jumpIf('eq', length, errnoSize, refused);
  p.exit(1);
  p.place(refused);
  p.fail(`send the seccomp listener to its agent: ${noAgent}`, p.value(answer));
  p.place(goOn);
}

const noAgent = 'failed to connect with seccomp agent';

/** What the monitor holds when the container has its filter. */
export interface Listening {
  readonly child: Ref;
  readonly sync: SyncChannel;
  readonly listener: SeccompListener;
  /**
   * Who hears when the agent cannot be reached: the monitor's own caller (`caller`), or by way of the container's process
   * whoever it reports to by now (`container`), as the caller of `create` has long had its answer.
   */
  readonly failureGoesTo: 'caller' | 'container';
  /** Adds the steps that pass on what the container said last, and end the monitor. */
  readonly passFailureOn: (failure: { readonly buffer: Address; readonly length: Ref }) => void;
}

/**
 * In the monitor: takes the listener out of the container's process (pidfd_getfd(2), Linux 5.6) and sends it to the agent,
 * over a connection of its own. When that fails the container ends, which may be waiting for an answer from nobody.
 */
export function passListenerOn(
  p: ProgramBuilder,
  { child, sync, listener: { path, state }, failureGoesTo, passFailureOn }: Listening,
): void {
  const buffer = p.reserve(failureSize);
  const [heard, alive] = [p.label(), p.label()];
  const args = [sync.parent, buffer, failureSize];
  const length = hear(p, { label: 'wait for the listener', call: 'read', args });
  p.jumpIf('eq', length, numberSize, heard);
  p.jumpIf('ne', length, 0, alive);
  endContainer(p, child);
  p.fail('the container ended under its seccomp filter', errnoNumber('ECHILD'));
  p.place(alive);
  passFailureOn({ buffer, length });

  p.place(heard);
  const must: NeededCall = (label, call, args) =>
    failureGoesTo === 'caller'
      ? orEnd(p, { child, label, call, args })
      : orTell(p, { sync }, { label, call, args });
  const take = 'take the seccomp listener from the container';
  const process = must(take, 'pidfd_open', [child, 0]);
  const listener = must(take, 'pidfd_getfd', [process, p.value(buffer), 0]);
  const agent = `send the seccomp listener to linux.seccomp.listenerPath ${path}: ${noAgent}`;
  const socket = connectTo(p, { path, label: agent, must });
  const message = messageWithDescriptor(p, listener, statePieces(p, state, child));
  must(agent, 'sendmsg', [socket, message, MSG_NOSIGNAL]);
  for (const fd of [socket, listener, process]) p.call('close the listener', 'close', [fd]);
  sendGo(p, sync.parent);
}

/** A call that the container waits for: it fails in its place, and ends. */
function orTell(
  p: ProgramBuilder,
  { sync }: Pick<Listening, 'sync'>,
  step: { readonly label: string; readonly call: string; readonly args: readonly Value[] },
): Ref {
  const done = p.label();
  const result = p.call(step.label, step.call, step.args, { onError: 'ignore' });
  p.jumpIf('ge', result, 0, done);
  const errno = p.reserve(errnoSize);
  p.set(errno, p.compute('sub', 0, result));
  const say = [sync.parent, errno, errnoSize, MSG_NOSIGNAL, 0, 0];
  p.call('tell the container', 'sendto', say, { onError: 'ignore' });
  // Not waiting: as long as the listener is open here, what the filter asks about would wait for an answer.
  p.exit(1);
  p.place(done);
  return result;
}

function statePieces(
  p: ProgramBuilder,
  [before, between, after]: SeccompListener['state'],
  child: Ref,
): readonly { readonly start: Address | Ref; readonly length: number | Ref }[] {
  const pid = decimal(p, child);
  const text = (value: string): { readonly start: Address; readonly length: number } => {
    const bytes = Buffer.from(value);
    return { start: p.bytes(bytes), length: bytes.length };
  };
  return [text(before), pid, text(between), pid, text(after)];
}
