import { z } from 'zod';

/** What a report says about one thing that is not as it should be. */
const findingSchema = z
  .strictObject({
    id: z.string().describe('Stable name: that of a check, or of what a collector noticed.'),
    collector: z.string().describe('Id of the collector that it comes from.'),
    status: z
      .enum(['fail', 'warn'])
      .describe('fail: containers cannot run, or did not; warn: with less.'),
    title: z.string().describe('A few words for a heading.'),
    seen: z.string().describe('What was found, with its values.'),
    wanted: z.string().optional().describe('What would have been right.'),
    why: z.string().optional().describe('Why it matters.'),
    remedy: z.string().describe('What to do next.'),
    evidence: z.array(z.string()).describe('Paths in the archive, from its folder.'),
  })
  .describe('A finding; the ones that fail come first.');

const shortenedSchema = z.strictObject({
  kept: z.enum(['start', 'end']).describe('Which part is in the archive.'),
  seenBytes: z
    .int()
    .nonnegative()
    .describe('Length of what was read, in characters after redaction.'),
});

const fileSchema = z.strictObject({
  path: z.string().describe('Path in the archive, from its folder.'),
  title: z.string().describe('What it is: a command line, or the name of a file of the host.'),
  sizeBytes: z.int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
  shortened: shortenedSchema.optional().describe('Present when only a part was kept.'),
});

const collectorSchema = z.strictObject({
  id: z.string(),
  title: z.string(),
  status: z
    .enum(['complete', 'partial', 'failed', 'timeout', 'omitted'])
    .describe(
      'partial: something could not be read, see notes; failed, timeout: what was gathered until then is there; omitted: not asked for.',
    ),
  durationMs: z.int().nonnegative(),
  notes: z.array(z.string()).describe('What is missing, and why.'),
  error: z.strictObject({ code: z.string(), message: z.string() }).optional(),
  facts: z
    .record(z.string(), z.union([z.string(), z.number(), z.boolean()]))
    .describe('Values to compare and to show at a glance, by stable name.'),
  files: z.array(fileSchema),
});

/** report.json: `schemaVersion` changes when a field changes its meaning or goes; new ones may come at any time. */
export const reportSchema = z
  .strictObject({
    schemaVersion: z.literal(1),
    kind: z.literal('berth-report'),
    berthVersion: z.string(),
    language: z.string().describe('Language of titles, findings and notes.'),
    createdAt: z.iso.datetime(),
    durationMs: z.int().nonnegative(),
    host: z.strictObject({
      name: z.string(),
      distribution: z.string(),
      kernel: z.string(),
      hardware: z.string(),
      userId: z.int().describe('Who made the report; only 0 sees everything.'),
    }),
    request: z.strictObject({
      logs: z.enum(['included', 'omitted']),
      since: z.iso.datetime().describe('Logs are no older than this.'),
    }),
    summary: z.strictObject({
      ok: z.boolean().describe('Whether nothing failed and every collector gave something.'),
      fail: z.int().nonnegative(),
      warn: z.int().nonnegative(),
      checks: z
        .record(z.string(), z.int().nonnegative())
        .describe('Number of host checks by status; empty when they did not run.'),
    }),
    findings: z.array(findingSchema),
    collectors: z.array(collectorSchema),
    redactions: z.strictObject({
      total: z.int().nonnegative(),
      byRule: z.record(z.string(), z.int().nonnegative()),
    }),
    evidenceBytes: z.int().nonnegative(),
  })
  .describe('The result of "berth report".');

/** The content of report.json. */
export type ReportDocument = z.infer<typeof reportSchema>;

/** A finding of a report. */
export type ReportFinding = z.infer<typeof findingSchema>;

/** What a report says of one collector. */
export type CollectorResult = z.infer<typeof collectorSchema>;

/** The schema as JSON Schema 2020-12, for docs/schema/report.json. */
export function reportJsonSchema(): unknown {
  return {
    $id: 'https://berth.invalid/schema/report.json',
    title: 'berth report',
    ...z.toJSONSchema(reportSchema, { target: 'draft-2020-12' }),
  };
}
