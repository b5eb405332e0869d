import { type HostTools, must } from './host-tools.ts';
import type { Neighbour } from './with-neighbours.ts';

/** Zone and policy of berth's, as Docker has `docker` and `docker-forwarding`. */
const zone = 'berth';
const policy = 'berth-forwarding';
const inZone = `--zone=${zone}`;
/** NOT_RUNNING of firewall-cmd(1). */
const notRunning = 252;

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
    if ((await this.#tools('firewall-cmd', ['--state'])).exitCode !== 0) return;
    const isNew = await this.#makeZone();
    const now = words(await this.#permanent(inZone, '--list-interfaces'));
    for (const name of now) if (!bridges.includes(name)) await this.remove(name);
    const changes = bridges.map((name) => `--change-interface=${name}`);
    if (changes.length > 0) await this.#permanent(inZone, ...changes);
    // A new zone is known to the running firewalld only then.
    if (isNew) await this.#command('--reload');
    else if (changes.length > 0) await this.#command(inZone, ...changes);
  }

  /** Puts a bridge into the zone. @throws FIREWALL_REFUSED */
  async add(bridge: string, bridges: readonly string[]): Promise<void> {
    const change = [inZone, `--change-interface=${bridge}`];
    const { exitCode } = await this.#tools('firewall-cmd', ['--permanent', ...change]);
    if (exitCode === 'missing' || exitCode === notRunning) return;
    if (exitCode === 0) await this.#command(...change);
    // It has been started since, or somebody has removed the zone.
    else await this.settle(bridges);
  }

  /** Takes it out again; one that is in no zone any more is as wanted. */
  async remove(bridge: string): Promise<void> {
    const change = [inZone, `--remove-interface=${bridge}`];
    const { exitCode } = await this.#tools('firewall-cmd', ['--permanent', ...change]);
    if (exitCode !== 'missing' && exitCode !== notRunning)
      await this.#tools('firewall-cmd', change);
  }

  /** Removes zone and policy. */
  async clear(): Promise<void> {
    if ((await this.#tools('firewall-cmd', ['--state'])).exitCode !== 0) return;
    const policies = await this.#policies();
    const zones = words(await this.#permanent('--get-zones'));
    if (policies?.includes(policy) === true) await this.#permanent(`--delete-policy=${policy}`);
    if (zones.includes(zone)) await this.#permanent(`--delete-zone=${zone}`);
    if (zones.includes(zone)) await this.#command('--reload');
  }

  /** Whether something was missing. */
  async #makeZone(): Promise<boolean> {
    const zones = words(await this.#permanent('--get-zones'));
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
