import { z } from 'zod';
import { checks } from '../../checks/index.ts';

const status = z.enum(['pass', 'warn', 'fail', 'skip']);
const group = z.enum(['system', 'kernel', 'cgroups', 'storage', 'network', 'services', 'engine']);

const fix = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('sysctl'), key: z.string(), value: z.string() }),
    z.object({ kind: z.literal('module'), name: z.string() }),
    z.object({ kind: z.literal('package'), names: z.array(z.string()) }),
    z.object({
      kind: z.literal('firewall-zone'),
      firewall: z.enum(['firewalld', 'ufw']),
      interface: z.string(),
    }),
    z.object({
      kind: z.literal('service-enable'),
      name: z.string(),
      manager: z.enum(['systemd', 'openrc']),
    }),
  ])
  .describe(
    'What berth can do about a finding by itself: a step of `berth check --fix` and `berth up`.',
  );

const waiver = z
  .object({
    reason: z.string(),
    until: z.iso.date().optional().describe('Last day; absent when it was given with --skip.'),
    from: z.string().describe('`--skip`, or the file that it is in.'),
  })
  .describe('Why a person accepts that the check is not made.');

const facts = {
  id: z
    .string()
    .describe('Stable name of the check.')
    .meta({ examples: checks.slice(0, 3).map(({ id }) => id) }),
  title: z.string().describe('A few words, in the language of the process.'),
  group,
  wanted: z.string().describe('What the probe wants to see.'),
  why: z.string().describe('Why it matters to a container engine.'),
  seen: z.string().describe('What was found, with its values; why it was not looked, for `skip`.'),
  details: z.record(z.string(), z.unknown()).optional().describe('Values behind it, by check.'),
  durationMs: z.number().min(0),
};

const troubled = {
  ...facts,
  remedy: z.string().describe('What to do next.'),
  fix: z.array(fix).optional(),
};

const finding = z.discriminatedUnion('status', [
  z.object({ ...facts, status: z.literal('pass'), note: z.string().optional() }),
  z.object({ ...troubled, status: z.literal('warn') }),
  z.object({ ...troubled, status: z.literal('fail') }),
  z.object({ ...facts, status: z.literal('skip'), waiver: waiver.optional() }),
]);

const count = z.int().min(0);

/** What `berth check --json` prints, as zod describes it; docs/schema/check-report.json is made of it. */
export const checkReportSchema = z
  .object({
    schemaVersion: z
      .literal(1)
      .describe('Changes when a field changes its meaning or goes; new ones may come at any time.'),
    findings: z.array(finding).describe('One for each check, in the order of docs/checks.md.'),
    fixed: z
      .array(z.object({ id: z.string(), fix: z.array(fix), before: status, after: status }))
      .describe(
        'What --fix has worked on, and what its check said before and after. Empty without --fix.',
      ),
    endedWaivers: z
      .array(z.object({ id: z.string(), reason: z.string(), until: z.iso.date() }))
      .describe('Waivers that no longer hold: their checks count again.'),
    summary: z.object({
      pass: count,
      warn: count,
      fail: count,
      skip: count,
      ok: z.boolean().describe('Whether nothing failed: what the exit code says too.'),
      durationMs: z.number().min(0),
    }),
  })
  .meta({ title: 'Result of berth check --json' });
