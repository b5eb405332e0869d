import { z } from 'zod';

/** Parts of what a mirror serves, each of which is looked at. */
const parts = [
  'key',
  'index',
  'package-list',
  'package',
  'registry',
  'token',
  'manifest',
  'blob',
] as const;

/** A part of what a mirror serves. */
export type Part = (typeof parts)[number];

const part = z.enum(parts);
const url = z.string();

/** Why a mirror is not simply good: one member for each thing that goes wrong, with what belongs to it. */
export const reasonSchema = z.discriminatedUnion('is', [
  /** No connection: refused, no such name, a certificate that is not right. `problem` is the system's word for it. */
  z.strictObject({ is: z.literal('unreachable'), problem: z.string() }),
  /** It took the connection and did not send `part` in time. */
  z.strictObject({ is: z.literal('silent'), part }),
  /** Others had proved themselves before its turn came, or it was still at work then. */
  z.strictObject({ is: z.literal('overtaken'), part }),
  z.strictObject({ is: z.literal('status'), part, url, status: z.int() }),
  /** A page for people, with status 200: a login page, a notice that the service is closed. */
  z.strictObject({ is: z.literal('html'), part, url }),
  z.strictObject({ is: z.literal('damaged'), part, url }),
  z.strictObject({ is: z.literal('unsigned'), url }),
  z.strictObject({ is: z.literal('bad-signature'), url }),
  z.strictObject({ is: z.literal('wrong-key'), url }),
  z.strictObject({ is: z.literal('expired'), untilMs: z.number() }),
  z.strictObject({ is: z.literal('digest'), part, url, expected: z.string(), actual: z.string() }),
  /** The index names it, and it is not there. */
  z.strictObject({ is: z.literal('missing'), url, status: z.int() }),
  /** The index names it, and it has another size, such as none at all. */
  z.strictObject({ is: z.literal('size'), url, expected: z.number(), actual: z.number() }),
  /** The index does not have what the others have. */
  z.strictObject({ is: z.literal('older'), byMs: z.number() }),
  /** The tag leads to another manifest than with the others. */
  z.strictObject({ is: z.literal('differs'), expected: z.string(), actual: z.string() }),
  /** The first part was right, and the transfer had not ended when its time was over. */
  z.strictObject({ is: z.literal('cut-short'), part }),
  z.strictObject({ is: z.literal('limited'), retryAfter: z.string().optional() }),
  z.strictObject({ is: z.literal('forbidden'), said: z.string() }),
  z.strictObject({ is: z.literal('allow-list'), said: z.string() }),
  z.strictObject({ is: z.literal('login') }),
  z.strictObject({ is: z.literal('no-image'), image: z.string() }),
]);

/** Why a mirror is not simply good. */
export type Reason = z.infer<typeof reasonSchema>;

/** How a mirror stands, the best first: this is also the order of the ranking. */
export const standings = [
  /** Everything was proved. */
  'good',
  /** Right as far as it came. */
  'slow',
  /** Right, and older than the others. */
  'behind',
  /** It answers as it must, and does not have all that it names or that was asked for. */
  'partial',
  /** It asked to be left alone for a while (429). */
  'limited',
  /** It does not serve this host, or not this image. */
  'refused',
  /** It took the connection and said nothing in time. */
  'silent',
  'dead',
  /** Something else answers there. */
  'no-mirror',
  /** What it serves is not what was published. */
  'wrong',
] as const;

/** How a mirror stands. */
export type Standing = (typeof standings)[number];

const milliseconds = z.number().nonnegative();

/** What was found out of one mirror. */
export const verdictSchema = z.strictObject({
  standing: z.enum(standings),
  /** Absent when it is good. */
  reason: reasonSchema.optional(),
  /** Parts that were right, in the order in which they were looked at. */
  proved: z.array(part),
  /** From the request for the package or blob to its first byte. */
  firstByteMs: milliseconds.optional(),
  /** Of that package or blob. */
  bytesPerSecond: z.number().positive().optional(),
  /** All bytes of bodies that arrived. */
  bytes: z.number().nonnegative(),
  /** Packages: when the index was made, in milliseconds since 1970. */
  madeAtMs: z.number().optional(),
  /** Packages: which of the releases that fit this host it has, `0` the best. */
  release: z.int().nonnegative().optional(),
  /** Registries: what the tag leads to. */
  digest: z.string().optional(),
  /** From the beginning to this verdict. */
  tookMs: milliseconds,
});

/** What was found out of one mirror. */
export type Verdict = z.infer<typeof verdictSchema>;

/** Whether a mirror can be used: it serves what was published, if perhaps slowly or late. */
export function isUsable({ standing }: Verdict): boolean {
  return standing === 'good' || standing === 'slow' || standing === 'behind';
}

/** How a mirror stands for a reason that ended its test. */
export function standingFor({ is }: Reason): Standing {
  switch (is) {
    case 'unreachable':
      return 'dead';
    case 'silent':
    case 'overtaken':
      return 'silent';
    case 'cut-short':
      return 'slow';
    case 'older':
    case 'differs':
      return 'behind';
    // apt refuses such an index, however right it once was.
    case 'expired':
    case 'missing':
    case 'size':
    case 'no-image':
      return 'partial';
    case 'limited':
      return 'limited';
    case 'forbidden':
    case 'allow-list':
    case 'login':
      return 'refused';
    case 'status':
    case 'html':
      return 'no-mirror';
    case 'damaged':
    case 'unsigned':
    case 'bad-signature':
    case 'wrong-key':
    case 'digest':
      return 'wrong';
  }
}
