import type { NetworkDriver } from './network-driver.ts';

/** Networks in which containers get no interface: that of the host itself, and the one of those who have loopback only. */
export function plainDriver(name: 'host' | 'null'): NetworkDriver {
  const nothing = (): never => {
    throw new TypeError(`a network of the driver "${name}" has no endpoints`);
  };
  return {
    ...{ name, endpoints: 'none', macAddress: 'none' },
    gateway: () => 'none',
    verify: () => undefined,
    ensure: () => Promise.resolve(),
    forget: () => undefined,
    remove: () => Promise.resolve(),
    connect: nothing,
    disconnect: nothing,
    reconnect: nothing,
    firewall: () => undefined,
  };
}
