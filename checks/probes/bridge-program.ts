import { CLONE_NEWNET } from '../../runtime/syscall/constants/clone.ts';
import { SOCK_CLOEXEC } from '../../runtime/syscall/constants/io.ts';
import { ProgramBuilder } from '../../runtime/syscall/program-builder.ts';
import {
  AF_NETLINK,
  NETLINK_ROUTE,
  newBridge,
  newVethPair,
  NLMSG_HDRLEN,
  plugInAndUp,
  SOCK_RAW,
} from './rtnetlink.ts';

/** Labels of the steps, by which a failure is explained. */
export const bridgeSteps = {
  bridge: 'make a bridge',
  veth: 'make a veth pair',
  plug: 'plug the veth into the bridge',
} as const;

const bridge = { index: 100, name: 'probe-bridge' };
const near = { index: 101, name: 'probe-near' };
const far = { index: 102, name: 'probe-far' };
const answerSize = 4096;

/** Makes a bridge and a veth pair plugged into it, in a network namespace that ends with the program. */
export function bridgeProgram(): ProgramBuilder {
  const program = new ProgramBuilder('try a bridge');
  program.call('make a network namespace', 'unshare', [CLONE_NEWNET]);
  const kind = SOCK_RAW | SOCK_CLOEXEC;
  const socket = program.call('open a netlink socket', 'socket', [AF_NETLINK, kind, NETLINK_ROUTE]);
  const answer = program.reserve(answerSize);
  const ask = (label: string, message: Uint8Array): void => {
    program.call(label, 'sendto', [socket, program.bytes(message), message.length, 0, 0, 0]);
    program.call(label, 'recvfrom', [socket, answer, answerSize, 0, 0, 0]);
    const accepted = program.label();
    const error = program.value32(answer.at(NLMSG_HDRLEN));
    program.jumpIf('eq', error, 0, accepted);
    program.fail(label, program.compute('sub', 0, error));
    program.place(accepted);
  };
  ask(bridgeSteps.bridge, newBridge(bridge));
  ask(bridgeSteps.veth, newVethPair(near, far));
  ask(bridgeSteps.plug, plugInAndUp(near.index, bridge.index));
  return program;
}
