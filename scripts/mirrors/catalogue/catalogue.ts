import { z } from 'zod';

/** Whom a mirror serves. */
const restrictions = [
  'none',
  /** Inside the operator's cloud. */
  'cloud-only',
  'china-only',
  /** Images on the operator's list. */
  'allow-list',
  'campus-only',
  /** Each account has an address of its own. */
  'account',
] as const;

/** The state that a mirror was last known in. */
const states = ['listed', 'restricted', 'unreachable', 'closed'] as const;

const name = z.string().regex(/^[a-z0-9][a-z0-9.-]*$/);
/** A host, with a port perhaps. `{id}` stands for what only the user knows. */
const host = z.string().regex(/^(\{id\}\.)?[A-Za-z0-9.-]+(:\d{1,5})?$/);
const path = z.string().regex(/^\/[^?#\s]*$/);

const mirrorSchema = z.strictObject({
  /** By which people call it; unique among those of its kind. */
  name,
  kind: z.enum(['packages', 'registry']),
  scheme: z.enum(['https', 'http']).default('https'),
  host,
  operator: z.string().min(1),
  /** Where it is: a country by ISO 3166-1, or `global`. */
  region: z.string().min(1),
  /** Where what lies: `docker-ce` for packages; others for whoever needs them. */
  paths: z.record(z.string(), path),
  restriction: z.enum(restrictions).default('none'),
  state: z.strictObject({
    is: z.enum(states),
    /** Year, month or day, as it is known. */
    date: z.string().regex(/^\d{4}(-\d\d){0,2}$/),
    source: z.string().min(1),
  }),
  /** More that is known, for people. */
  note: z.string().min(1).optional(),
});

/** A catalogue of mirrors, as its file has it. */
export const catalogueSchema = z.strictObject({
  version: z.literal(1),
  /** When it was collected. */
  collected: z.string().regex(/^\d{4}(-\d\d){0,2}$/),
  mirrors: z.array(mirrorSchema),
});

/** One mirror of the catalogue. */
export type CatalogueMirror = z.infer<typeof mirrorSchema>;

/** What is known of mirrors. */
export interface Catalogue {
  readonly collected: string;
  readonly mirrors: readonly CatalogueMirror[];
  /** The file that it comes from; `undefined` for the one that berth brings. */
  readonly path: string | undefined;
}

/** The name of what the others are mirrors of. */
export const upstreamName = 'upstream';

/** Where a mirror's content is: what is written into daemon.json, or the folder that has `linux/`. */
export function urlOf({ scheme, host, paths, kind }: CatalogueMirror): string {
  const path = kind === 'packages' ? (paths['docker-ce'] ?? '') : (paths['registry'] ?? '');
  return `${scheme}://${host}${path}`.replace(/\/+$/, '');
}

/** Whether a mirror can be asked as it stands: closed ones and those with an address for each account cannot. */
export function isAskable({ host, state }: CatalogueMirror): boolean {
  return state.is !== 'closed' && !host.includes('{');
}
