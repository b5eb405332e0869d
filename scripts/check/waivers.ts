import { isMap, isScalar, isSeq, type Node } from 'yaml';
import { checks } from '../../checks/index.ts';
import { nearestName } from '../../runtime/errors/nearest-name.ts';
import type { SkipRequest } from '../../checks/selection.ts';
import { checkVerbMessages as m } from '../../messages/areas/check-verb.ts';
import { checkMessages } from '../../messages/areas/checks.ts';
import { BerthError } from '../../runtime/errors/berth-error.ts';
import { parseYaml } from '../yaml/parse-yaml.ts';

/** A waiver whose last day is over. */
export interface EndedWaiver {
  readonly id: string;
  readonly reason: string;
  /** Its last day, `YYYY-MM-DD`. */
  readonly until: string;
}

/** The waivers of a host. */
export interface Waivers {
  /** Those that hold, as `runChecks` takes them. */
  readonly skip: readonly SkipRequest[];
  /** Those that no longer do: their checks count again. */
  readonly ended: readonly EndedWaiver[];
}

/** A waivers.yaml, for error messages as well. */
export interface WaiversFile {
  readonly path: string;
  /** `undefined`: there is no file. */
  readonly text: string | undefined;
}

const keys = ['check', 'reason', 'until'];

/**
 * Reads waivers.yaml: under `waivers` a list of `{check, reason, until}`. A waiver holds up to and including its last day,
 * in UTC.
 *
 * @param nowMs the present time, in milliseconds since 1970.
 * @throws BerthError WAIVERS_INVALID, naming the line, for what is not YAML or not of this form: a check that does not
 *   exist, no reason, no last day.
 */
export function parseWaivers({ path, text }: WaiversFile, nowMs: number): Waivers {
  const { document, faults, placeOf } = parseYaml(text ?? '');
  const refuse = (offset: number, why: string): BerthError => {
    const { line } = placeOf(offset);
    return new BerthError('WAIVERS_INVALID', {
      message: m.waiversNotYaml({ path, line, why }),
      remedy: m.waiversRemedy({ path }),
      details: { path, line },
    });
  };
  const [fault] = faults;
  if (fault !== undefined) throw refuse(fault.offset, fault.problem);
  const entries = entriesOf(document.contents, refuse);
  const read = entries.map((entry) => readEntry(entry, refuse));
  const seen = new Set<string>();
  for (const { id, offset } of read) {
    if (seen.has(id)) throw refuse(offset, m.waiverTwice({ id }));
    seen.add(id);
  }
  const today = new Date(nowMs).toISOString().slice(0, 10);
  const holds = ({ until }: ReadWaiver): boolean => until >= today;
  return {
    skip: read.filter(holds).map(({ id, reason, until }) => ({
      id,
      reason,
      waiver: { from: path, until },
    })),
    ended: read
      .filter((waiver) => !holds(waiver))
      .map(({ id, reason, until }) => ({ id, reason, until })),
  };
}

type Refuse = (offset: number, why: string) => BerthError;

interface ReadWaiver extends EndedWaiver {
  readonly offset: number;
}

/** An empty file, and `waivers:` with nothing after it, waive nothing. */
function entriesOf(contents: unknown, refuse: Refuse): readonly Node[] {
  if (contents === null || (isScalar(contents) && contents.value === null)) return [];
  if (!isMap(contents)) throw refuse(offsetOf(contents), m.waiversShape());
  const [pair, ...others] = contents.items;
  const stray = [pair, ...others].find((item) => String(item?.key) !== 'waivers');
  if (stray !== undefined) throw refuse(offsetOf(stray.key), m.waiversShape());
  const list = pair?.value;
  if (list === null || list === undefined || (isScalar(list) && list.value === null)) return [];
  if (!isSeq(list)) throw refuse(offsetOf(list), m.waiversShape());
  return list.items as readonly Node[];
}

function readEntry(entry: Node, refuse: Refuse): ReadWaiver {
  const offset = offsetOf(entry);
  if (!isMap(entry)) throw refuse(offset, m.waiverNotMap());
  for (const { key } of entry.items) {
    const name = String(key);
    if (!keys.includes(name)) throw refuse(offsetOf(key), m.waiverUnknownKey({ key: name }));
  }
  const at = (key: string): number => offsetOf(entry.get(key, true) ?? entry);
  const id = textAt(entry, 'check');
  if (id === undefined) throw refuse(offset, m.waiverNoCheck());
  const ids = checks.map((check) => check.id);
  if (!ids.includes(id)) {
    const near = nearestName(id, ids);
    const hint =
      near === undefined ? checkMessages.takeFromList() : checkMessages.didYouMean({ near });
    throw refuse(at('check'), m.waiverUnknownCheck({ id, hint }));
  }
  const reason = textAt(entry, 'reason');
  if (reason === undefined) throw refuse(offset, m.waiverNoReason({ id }));
  const until = textAt(entry, 'until');
  if (until === undefined) throw refuse(offset, m.waiverNoDate({ id }));
  if (!isDay(until)) throw refuse(at('until'), m.waiverBadDate({ id, value: until }));
  return { id, reason, until, offset };
}

/** A text that is there and not empty. */
function textAt(entry: { get(key: string): unknown }, key: string): string | undefined {
  const value = entry.get(key);
  const text = typeof value === 'string' || typeof value === 'number' ? String(value).trim() : '';
  return text === '' ? undefined : text;
}

/** Refuses 2026-02-30 as well. */
function isDay(text: string): boolean {
  const day = /^\d{4}-\d{2}-\d{2}$/.test(text) ? new Date(`${text}T00:00:00Z`) : undefined;
  return day !== undefined && !Number.isNaN(day.getTime()) && day.toISOString().startsWith(text);
}

function offsetOf(node: unknown): number {
  const range =
    typeof node === 'object' && node !== null && 'range' in node ? node.range : undefined;
  return Array.isArray(range) && typeof range[0] === 'number' ? range[0] : 0;
}
