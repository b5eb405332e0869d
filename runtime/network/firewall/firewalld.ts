import { type HostTools, must } from './host-tools.ts';
import type { Neighbour } from './with-neighbours.ts';

/** Zone and policy of berth's, as Docker has `docker` and `docker-forwarding`. */
const zone = 'berth';
const policy = 'berth-forwarding';

/**
 * firewalld, where it runs: berth's bridges are in a zone of their own, which accepts, and a policy lets packets from everywhere
 * into it, where berth's own rules decide. Both are permanent, and so is which bridges are in the zone: firewalld has all of it
 * again when it is reloaded or started anew, without anybody watching.
 */
export class Firewalld implements Neighbour {
  readonly #tools: HostTools;

  constructor(tools: HostTools) {
    this.#tools = tools;
  }

  /** Makes the zone, and has these bridges in it and no others. @throws FIREWALL_REFUSED */
  async settle(bridges: readonly string[]): Promise<void> {
    if (!(await this.#runs())) return;
    const isNew = await this.#makeZone();
    const now = words(await this.#permanent(`--zone=${zone}`, '--list-interfaces'));
    for (const name of now) if (!bridges.includes(name)) await this.#leave(name);
    for (const name of bridges) await this.#permanent(`--zone=${zone}`, `--change-interface=${name}`);
    if (isNew) {
      // A new zone is known to the running firewalld only then.
      await this.#command('--reload');
      return;
    }
    for (const name of bridges) await this.#command(`--zone=${zone}`, `--change-interface=${name}`);
  }

  /** Puts a bridge into the zone. @throws FIREWALL_REFUSED */
  async add(bridge: string): Promise<void> {
    if (!(await this.#runs())) return;
    if (await this.#makeZone()) await this.#command('--reload');
    await this.#permanent(`--zone=${zone}`, `--change-interface=${bridge}`);
    await this.#command(`--zone=${zone}`, `--change-interface=${bridge}`);
  }

  /** Takes it out again. */
  async remove(bridge: string): Promise<void> {
    if (await this.#runs()) await this.#leave(bridge);
  }

  /** Removes zone and policy. */
  async clear(): Promise<void> {
    if (!(await this.#runs())) return;
    const policies = await this.#policies();
    const zones = words(await this.#permanent('--get-zones'));
    if (policies?.includes(policy) === true) await this.#permanent(`--delete-policy=${policy}`);
    if (zones.includes(zone)) await this.#permanent(`--delete-zone=${zone}`);
    if (zones.includes(zone)) await this.#command('--reload');
  }

  async #runs(): Promise<boolean> {
    return (await this.#tools('firewall-cmd', ['--state'])).exitCode === 0;
  }

  /** Whether something was missing. */
  async #makeZone(): Promise<boolean> {
    const zones = words(await this.#permanent('--get-zones'));
    const policies = await this.#policies();
    if (!zones.includes(zone)) {
      await this.#permanent(`--new-zone=${zone}`);
      await this.#permanent(`--zone=${zone}`, '--set-target=ACCEPT');
    }
    // Before firewalld 0.9 there are no policies: what goes into a zone that accepts is let through.
    if (policies !== undefined && !policies.includes(policy)) {
      await this.#permanent(`--new-policy=${policy}`);
      await this.#permanent(`--policy=${policy}`, '--add-ingress-zone=ANY');
      await this.#permanent(`--policy=${policy}`, `--add-egress-zone=${zone}`);
      await this.#permanent(`--policy=${policy}`, '--set-target=ACCEPT');
    }
    return !zones.includes(zone) || policies?.includes(policy) === false;
  }

  async #leave(bridge: string): Promise<void> {
    // One that is in no zone any more is as wanted.
    for (const when of [['--permanent'], []]) {
      const args = [...when, `--zone=${zone}`, `--remove-interface=${bridge}`];
      await this.#tools('firewall-cmd', args);
    }
  }

  async #policies(): Promise<readonly string[] | undefined> {
    const result = await this.#tools('firewall-cmd', ['--permanent', '--get-policies']);
    return result.exitCode === 0 ? words(result.stdout) : undefined;
  }

  #permanent(...args: readonly string[]): Promise<string> {
    return this.#command('--permanent', ...args);
  }

  #command(...args: readonly string[]): Promise<string> {
    return must(this.#tools, ['firewall-cmd', ...args]);
  }
}

function words(text: string): readonly string[] {
  return text.split(/\s+/).filter(Boolean);
}
