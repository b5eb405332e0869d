import type { FleetHost } from './inventory/fleet-host.ts';

/** Verbs that a fleet runs on its hosts. */
export const fleetActions = ['up', 'check', 'down'] as const;

/** A verb that a fleet runs on its hosts. */
export type FleetAction = (typeof fleetActions)[number];

/** The verb with what was asked of it. */
export type FleetOrder =
  | {
      readonly action: 'up';
      readonly options: readonly string[];
      /** `show`: nothing is installed, nothing is changed. */
      readonly plan: 'apply' | 'show';
    }
  | { readonly action: 'check' }
  | {
      readonly action: 'down';
      readonly purge: 'purge' | 'keep-data';
      readonly packages: 'remove' | 'keep';
    };

/**
 * Program and arguments of an order on a host, relative to the unpacked bundle: it is the bundle's own `berth` that
 * checks, plans and changes the host. `up` goes through the bundle's installer, which puts the program where it is to
 * stay.
 */
export function argvOf(order: FleetOrder, host: FleetHost): readonly [string, ...string[]] {
  switch (order.action) {
    case 'up':
      // What the command line sets comes last, so that it counts.
      return [
        ...(['sh', './install.sh', '--json'] as const),
        order.plan === 'show' ? '--dry-run' : '--yes',
        ...host.upOptions,
        ...order.options,
      ];
    case 'check':
      return ['./bin/berth', 'check', '--json'];
    case 'down':
      return [
        './bin/berth',
        'down',
        '--json',
        '--yes',
        ...(order.purge === 'purge' ? ['--purge'] : []),
        ...(order.packages === 'keep' ? ['--keep-packages'] : []),
      ];
  }
}
