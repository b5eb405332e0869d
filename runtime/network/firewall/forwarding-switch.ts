import { z } from 'zod';
import { bootId } from '../../host/boot-id.ts';
import {
  listFolder,
  readlink,
  readTextIfExists,
  removeFile,
  writeExisting,
  writeFileWhole,
} from '../../host/files.ts';
import type { ProgramRunner } from '../../syscall/run-image.ts';
import { readLinks } from '../netlink/read-links.ts';
import type { Family } from './family-rules.ts';
import type { FirewallNetwork } from './firewall.ts';
import { forwardingPlan, readForwarding, type Sysctl, switches } from './forwarding.ts';

const switchedSchema = z.object({
  family: z.literal([4, 6]),
  /** The host's interfaces then, between which nothing was forwarded. */
  interfaces: z.array(z.string()).readonly(),
  /** What settings were that follow the switch, in the order in which they are put back: below /proc/sys. */
  before: z.array(z.object({ key: z.string(), value: z.string() })).readonly(),
});
type Switched = Readonly<z.infer<typeof switchedSchema>>;

/** What berthd has switched on. A setting of the kernel belongs to a boot and to a network namespace, and so does the record. */
const recordSchema = z.object({
  boot: z.string(),
  namespace: z.string(),
  switched: z.array(switchedSchema).readonly(),
});

/** What it needs of the rest. */
export interface ForwardingOptions {
  /** Where it is noted what was switched on: a file in memory, which outlives berthd and not the boot. */
  readonly file: string;
  /** `ip-forward` of daemon.json. */
  readonly ipForward: 'on' | 'left-alone';
  /** In berthd's own network namespace. */
  readonly runner: ProgramRunner;
  /** Hears of what an administrator should know. */
  readonly notice: (text: string, details: Readonly<Record<string, unknown>>) => void;
}

/**
 * Forwarding of the host: switched on when a network needs it, noted before that, and put back when berth's networks go. Where it
 * was on already it is somebody else's, and stays.
 */
export class ForwardingSwitch {
  readonly #options: ForwardingOptions;
  #switched: readonly Switched[] = [];

  constructor(options: ForwardingOptions) {
    this.#options = options;
  }

  /** Finds out what an earlier berthd has switched on. */
  async load(): Promise<void> {
    const text = await readTextIfExists(this.#options.file);
    const record = text === undefined ? undefined : parse(text);
    const { boot, namespace } = await place();
    const isOurs = record?.boot === boot && record.namespace === namespace;
    this.#switched = isOurs ? record.switched : [];
  }

  /** Interfaces between which the host forwarded nothing before berth had to. */
  get unrouted(): Readonly<Record<Family, readonly string[]>> {
    const of = (family: Family): readonly string[] =>
      this.#switched.find((one) => one.family === family)?.interfaces ?? [];
    return { 4: of(4), 6: of(6) };
  }

  /**
   * Switches on what networks need.
   * @param beforehand has the rules made that keep the host from forwarding for others, when something is about to be switched on
   */
  async on(networks: readonly FirewallNetwork[], beforehand: () => Promise<void>): Promise<void> {
    const { ipForward, file } = this.#options;
    if (ipForward === 'left-alone') return;
    const now = await readForwarding(readTextIfExists);
    const plan = forwardingPlan(networks, { ipForward, now });
    if (plan.length === 0) return;
    const bridges = networks.map(({ bridge }) => bridge);
    const switched = [...this.#switched];
    for (const family of [4, 6] as const) {
      if (!plan.some(({ key }) => key === switches[family])) continue;
      const index = switched.findIndex((one) => one.family === family);
      const look = await lookAt(family, { plan, bridges, earlier: switched[index] });
      switched.splice(index === -1 ? switched.length : index, 1, look);
    }
    const record = { ...(await place()), switched };
    await writeFileWhole(file, JSON.stringify(record), { mode: 0o600, durability: 'memory' });
    this.#switched = switched;
    await beforehand();
    for (const { key, value } of plan) await writeExisting(pathOf(key), value);
  }

  /**
   * Puts back what was switched on, unless somebody else needs it by now: whoever brought an interface since then has found
   * forwarding on, and may rely on it. berth's own interfaces are gone.
   */
  async back(): Promise<void> {
    await this.load();
    for (const one of this.#switched) await this.#putBack(one);
    await removeFile(this.#options.file);
    this.#switched = [];
  }

  async #putBack({ family, interfaces, before }: Switched): Promise<void> {
    // Somebody has switched it off, and maybe on again, since then.
    if ((await read(switches[family])) !== '1') return;
    const links = await readLinks(this.#options.runner);
    const others = links
      .filter(({ name, isUp }) => isUp && name !== 'lo' && !interfaces.includes(name))
      .map(({ name }) => name);
    if (others.length > 0) {
      const key = switches[family].replaceAll('/', '.');
      this.#options.notice(`${key} stays on: interfaces that came since may need it`, {
        interfaces: others,
      });
      return;
    }
    for (const { key, value } of before) {
      const now = await read(key);
      if (now !== undefined && now !== value) await writeExisting(pathOf(key), value);
    }
  }
}

/** What is so before a switch is thrown. */
async function lookAt(
  family: Family,
  {
    plan,
    bridges,
    earlier,
  }: {
    readonly plan: readonly Sysctl[];
    /** Of berth's networks: they may be gone when somebody looks again. */
    readonly bridges: readonly string[];
    /** Noted before: berthd was killed then, or somebody has switched it off since. */
    readonly earlier: Switched | undefined;
  },
): Promise<Switched> {
  const folder = `net/ipv${family}/conf`;
  const names = await listFolder(pathOf(folder));
  const keys = [
    switches[family],
    ...names.map((name) => `${folder}/${name}/forwarding`),
    // The switch of IPv4 turns it around (inet_forward_change in net/ipv4/devinet.c).
    ...(family === 4 ? [`${folder}/all/accept_redirects`] : []),
  ];
  const before: Sysctl[] = [];
  for (const key of keys) {
    const value = await read(key);
    if (value !== undefined) before.push({ key, value });
  }
  if (family === 6) before.push(...(await routerAdvertisements(plan, earlier)));
  const interfaces = names.filter(
    (name) => !['all', 'default', 'lo'].includes(name) && !bridges.includes(name),
  );
  return { family, interfaces, before };
}

/** Interfaces whose `accept_ra` is changed, now or by a berthd that was killed before it came to the switch. */
async function routerAdvertisements(
  plan: readonly Sysctl[],
  earlier: Switched | undefined,
): Promise<readonly Sysctl[]> {
  const isOne = ({ key }: Sysctl): boolean => key.endsWith('/accept_ra');
  const known = (earlier?.before ?? []).filter(isOne);
  const coming = plan.filter((one) => isOne(one) && !known.some(({ key }) => key === one.key));
  const values = await Promise.all(coming.map(({ key }) => read(key)));
  return [...known, ...coming.map(({ key }, index) => ({ key, value: values[index] ?? '1' }))];
}

async function place(): Promise<{ readonly boot: string; readonly namespace: string }> {
  return { boot: (await bootId()) ?? '', namespace: await readlink('/proc/self/ns/net') };
}

function parse(text: string): z.infer<typeof recordSchema> | undefined {
  try {
    return recordSchema.parse(JSON.parse(text));
  } catch {
    // It is written whole: what it is instead, berthd has not written.
    return undefined;
  }
}

async function read(key: string): Promise<string | undefined> {
  return (await readTextIfExists(pathOf(key)))?.trim();
}

function pathOf(key: string): string {
  return `/proc/sys/${key}`;
}
