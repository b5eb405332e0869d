import type { Networks } from '../../network/networks.ts';

/** What containers need of networks. */
export type ContainerNetworks = Pick<
  Networks,
  | 'all'
  | 'find'
  | 'findIfThere'
  | 'create'
  | 'remove'
  | 'events'
  | 'defaultName'
  | 'endpointsOf'
  | 'sandboxOf'
  | 'users'
  | 'firewallTool'
  | 'join'
  | 'leave'
  | 'publishing'
  | 'heldPorts'
  | 'hostGateways'
  | 'rename'
  | 'withdraw'
  | 'connect'
  | 'disconnect'
  | 'unlink'
  | 'removeEndpoint'
  | 'settle'
  | 'noteChanged'
  | 'close'
>;
