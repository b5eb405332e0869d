import { type FirewalldBus, permanent } from './firewalld-bus.ts';
import { type HostTools, must } from './host-tools.ts';
import type { Neighbour } from './with-neighbours.ts';

/** Zone and policy of berth's, as Docker has `docker` and `docker-forwarding`. */
const zone = 'berth';
const policy = 'berth-forwarding';
const inZone = `--zone=${zone}`;

/** The zones as they are now; permanent ones are objects of their own. */
const runtime = { interface: 'zone' } as const;

/**
 * firewalld, where it runs: berth's bridges are in a zone of their own, which accepts, and a policy lets packets from everywhere
 * into it, where berth's own rules decide. Both are permanent, and so is which bridges are in the zone: firewalld has all of it
 * again when it is reloaded or started anew. One that is started for the first time is told by `FirewalldBus.onReload`.
 */
export class Firewalld implements Neighbour {
  readonly #tools: HostTools;
  readonly #bus: FirewalldBus;

  /** @param tools for what is made once: zone and policy */
  constructor(tools: HostTools, bus: FirewalldBus) {
    this.#tools = tools;
    this.#bus = bus;
  }

  /** Makes the zone, and has these bridges in it and no others. @throws FIREWALL_REFUSED */
  async settle(bridges: readonly string[]): Promise<void> {
    if (!(await this.#bus.isRunning())) return;
    const isNew = await this.#makeZone();
    for (const name of await this.#permanentBridges())
      if (!bridges.includes(name)) await this.#take(name);
    for (const name of bridges) await this.#keep(name);
    // A new zone is known to the running firewalld only then.
    if (isNew) await this.#command('--reload');
    for (const name of bridges) await this.#bus.call(runtime, 'changeZoneOfInterface', zone, name);
  }

  /** Puts a bridge into the zone. @throws FIREWALL_REFUSED */
  async add(bridge: string, bridges: readonly string[]): Promise<void> {
    if (!(await this.#bus.isRunning())) return;
    // It has been started since, or somebody has removed the zone.
    if (!(await this.#bus.call(permanent, 'getZoneNames')).includes(zone)) {
      await this.settle(bridges);
      return;
    }
    await this.#keep(bridge);
    await this.#bus.call(runtime, 'changeZoneOfInterface', zone, bridge);
  }

  /** Takes it out again; one that is in no zone any more is as wanted. */
  async remove(bridge: string): Promise<void> {
    if (!(await this.#bus.isRunning())) return;
    const zones = await this.#bus.call(permanent, 'getZoneNames');
    if (zones.includes(zone)) await this.#take(bridge);
  }

  /** Removes zone and policy. */
  async clear(): Promise<void> {
    if (!(await this.#bus.isRunning())) return;
    const policies = await this.#policies();
    const zones = await this.#bus.call(permanent, 'getZoneNames');
    if (policies?.includes(policy) === true) await this.#permanent(`--delete-policy=${policy}`);
    if (zones.includes(zone)) await this.#permanent(`--delete-zone=${zone}`);
    if (zones.includes(zone)) await this.#command('--reload');
  }

  /** Whether something was missing. */
  async #makeZone(): Promise<boolean> {
    const zones = await this.#bus.call(permanent, 'getZoneNames');
    const policies = await this.#policies();
    if (!zones.includes(zone)) {
      await this.#permanent(`--new-zone=${zone}`);
      await this.#permanent(inZone, '--set-target=ACCEPT');
    }
    // Before firewalld 0.9 there are no policies: what goes into a zone that accepts is let through.
    if (policies !== undefined && !policies.includes(policy)) {
      await this.#permanent(`--new-policy=${policy}`);
      const settings = [
        '--add-ingress-zone=ANY',
        `--add-egress-zone=${zone}`,
        '--set-target=ACCEPT',
      ];
      for (const setting of settings) await this.#permanent(`--policy=${policy}`, setting);
    }
    return !zones.includes(zone) || policies?.includes(policy) === false;
  }

  #policies(): Promise<readonly string[] | undefined> {
    return this.#bus.call(permanent, 'getPolicyNames').catch(() => undefined);
  }

  async #permanentBridges(): Promise<readonly string[]> {
    return this.#bus.call(await this.#zone(zone), 'getInterfaces');
  }

  /** Has a bridge in the zone for good, and in no other one. */
  async #keep(bridge: string): Promise<void> {
    const [now = ''] = await this.#bus.call(permanent, 'getZoneOfInterface', bridge);
    if (now === zone) return;
    if (now !== '') await this.#bus.call(await this.#zone(now), 'removeInterface', bridge);
    await this.#bus.call(await this.#zone(zone), 'addInterface', bridge);
  }

  /** Takes a bridge out of the zone, for good and now. */
  async #take(bridge: string): Promise<void> {
    if ((await this.#permanentBridges()).includes(bridge))
      await this.#bus.call(await this.#zone(zone), 'removeInterface', bridge);
    const [now] = await this.#bus.call(runtime, 'getZoneOfInterface', bridge);
    if (now === zone) await this.#bus.call(runtime, 'removeInterface', zone, bridge);
  }

  /** The object with a zone's permanent settings. */
  async #zone(name: string): Promise<{ readonly path: string; readonly interface: string }> {
    const [path = ''] = await this.#bus.call(permanent, 'getZoneByName', name);
    return { path, interface: 'config.zone' };
  }

  #permanent(...args: readonly string[]): Promise<string> {
    return this.#command('--permanent', ...args);
  }

  #command(...args: readonly string[]): Promise<string> {
    return must(this.#tools, ['firewall-cmd', ...args]);
  }
}
