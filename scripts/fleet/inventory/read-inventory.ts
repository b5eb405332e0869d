import zhCN from 'zod/v4/locales/zh-CN.js';
import { fleetErrorMessages as m } from '../../../messages/areas/fleet-errors.ts';
import { language } from '../../../messages/language.ts';
import { messageOf } from '../../../messages/error-words.ts';
import { BerthError } from '../../../runtime/errors/berth-error.ts';
import { readFile } from '../../../runtime/host/files.ts';
import { findDuplicate, type FleetHost } from './fleet-host.ts';
import {
  inventorySchema,
  type Inventory,
  type InventoryHost,
  type InventorySettings,
} from './inventory-schema.ts';
import { parseAddress } from './parse-address.ts';
import { upArguments } from './up-options.ts';
import {
  parseLocatedYaml,
  problemsOfZod,
  type YamlPath,
  type YamlProblem,
} from './yaml-problems.ts';

/** Reads a hosts file. Throws FLEET_INVENTORY_INVALID, which names every line that is not as wanted. */
export async function readInventoryFile(path: string): Promise<readonly FleetHost[]> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    throw new BerthError('FLEET_INVENTORY_INVALID', {
      message: m.fileMissing({ path, why: messageOf(error) }),
      remedy: m.fileMissingRemedy(),
      cause: error,
    });
  }
  return parseInventory(text, path);
}

/** Reads the text of a hosts file; `path` is for messages. Throws FLEET_INVENTORY_INVALID. */
export function parseInventory(text: string, path: string): readonly FleetHost[] {
  const yaml = parseLocatedYaml(text);
  const refuse = (problems: readonly string[]): BerthError =>
    new BerthError('FLEET_INVENTORY_INVALID', {
      message: m.fileInvalid({ path, problems: problems.join('\n') }),
      remedy: m.fileInvalidRemedy(),
      details: { path, problems: problems.map((line) => line.trim()) },
    });
  if (yaml.errors.length > 0) throw refuse(yaml.errors);
  const parsed = inventorySchema.safeParse(
    yaml.value ?? {},
    // zod's own texts are English unless told.
    language() === 'zh' ? { error: zhCN().localeError } : {},
  );
  if (!parsed.success) throw refuse(problemsOfZod(parsed.error).map(yaml.describe));
  const { hosts, problems } = hostsOf(parsed.data);
  if (problems.length > 0) throw refuse(problems.map(yaml.describe));
  return hosts;
}

interface Found {
  readonly hosts: readonly FleetHost[];
  readonly problems: readonly YamlProblem[];
}

function hostsOf(inventory: Inventory): Found {
  const hosts: FleetHost[] = [];
  const problems: YamlProblem[] = [];
  const places = new Map<FleetHost, YamlPath>();
  const add = (entry: InventoryHost, path: YamlPath, above: readonly InventorySettings[]): void => {
    try {
      const host = hostOf(entry, above);
      hosts.push(host);
      places.set(host, path);
    } catch (error) {
      problems.push({ path, problem: messageOf(error), at: 'value' });
    }
  };
  const defaults = inventory.defaults ?? {};
  for (const [index, entry] of (inventory.hosts ?? []).entries()) {
    add(entry, ['hosts', index], [defaults]);
  }
  for (const [name, group] of Object.entries(inventory.groups ?? {})) {
    const above = [defaults, { ...group, labels: [name, ...(group.labels ?? [])] }];
    for (const [index, entry] of group.hosts.entries()) {
      add(entry, ['groups', name, 'hosts', index], above);
    }
  }
  const duplicate = findDuplicate(hosts);
  if (duplicate !== undefined) {
    const path = places.get(duplicate.second) ?? [];
    problems.push({ path, problem: duplicate.message, at: 'value' });
  }
  return { hosts, problems };
}

/** Puts together what is said of a host: the nearest word counts, labels add up. Throws USAGE. */
function hostOf(entry: InventoryHost, above: readonly InventorySettings[]): FleetHost {
  const written = parseAddress(entry.address);
  const nearestFirst = [entry, written, ...above.toReversed()];
  const user = nearestFirst.find((settings) => settings.user !== undefined)?.user;
  const port = nearestFirst.find((settings) => settings.port !== undefined)?.port;
  const labels = [...above, entry].flatMap((settings) => settings.labels ?? []);
  const up = Object.assign({}, ...[...above, entry].map((settings) => settings.up)) as NonNullable<
    InventorySettings['up']
  >;
  return {
    name: entry.name ?? nameOf(written.address, entry.port ?? written.port),
    address: written.address,
    ...(user === undefined ? {} : { user }),
    ...(port === undefined ? {} : { port }),
    labels: [...new Set(labels)].sort(),
    upOptions: upArguments(up),
  };
}

/** Hosts of the command line. Throws USAGE. */
export function hostsOfArguments(texts: readonly string[]): readonly FleetHost[] {
  return texts.map((text) => {
    const target = parseAddress(text);
    return { name: nameOf(target.address, target.port), ...target, labels: [], upOptions: [] };
  });
}

/** Several hosts may be behind one address, told apart by their ports. */
function nameOf(address: string, port: number | undefined): string {
  return port === undefined ? address : `${address}:${port}`;
}
