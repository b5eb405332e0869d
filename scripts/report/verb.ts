import type { Command } from 'commander';
import { reportMessages as m } from '../../messages/areas/report.ts';
import { BerthError } from '../../runtime/errors/berth-error.ts';
import type { Verb, VerbContext } from '../cli/verb.ts';
import { thisHost } from '../host/provision-host.ts';
import { formatBytes } from '../ui/format-bytes.ts';
import { packReport } from './archive/pack-report.ts';
import { writeArchive, type WrittenArchive } from './archive/write-archive.ts';
import type { Report } from './document/report-document.ts';
import { renderReport } from './document/render-report.ts';
import { makeReport } from './make-report.ts';
import { defaultSince, parseDuration, type ReportFlags } from './options.ts';

/** `berth report`: an archive with what is needed to find out what is wrong on this host. */
export const reportVerb: Verb = {
  define(command: Command) {
    command
      .option('-o, --output <file>', m.optionOutput())
      .option('--json', m.optionJson())
      .option('--no-logs', m.optionNoLogs())
      .option('--since <duration>', m.optionSince(), defaultSince)
      .addHelpText('after', `\n${m.helpAfter()}`);
  },
  async run(context, command) {
    const flags = command.opts<ReportFlags>();
    const now = context.clock.now();
    const sinceMs = Math.max(0, now - parseDuration(flags.since));
    refuseContradictions(flags, context);
    if (flags.json !== true) await context.console.errors.write(`${m.gathering()}\n`);
    const report = await makeReport({
      request: { logs: flags.logs ? 'included' : 'omitted', sinceMs },
      host: thisHost,
      env: context.env,
      clock: context.clock,
      signal: context.signal,
    });
    const written = await writeOut(report, { flags, context });
    const { output, errors } = context.console;
    if (flags.json === true) {
      await output.write(`${JSON.stringify(report.document, undefined, 2)}\n`);
    } else {
      const to = written === undefined ? errors : output;
      await to.write(ending(report, written));
    }
    return 0;
  },
};

function refuseContradictions({ json, output }: ReportFlags, { console }: VerbContext): void {
  if (output !== '-') return;
  if (json === true) {
    throw new BerthError('USAGE', { message: m.outputTwice(), remedy: m.outputTwiceRemedy() });
  }
  if (console.output.isTerminal) {
    throw new BerthError('OUTPUT_IS_TERMINAL', {
      message: m.outputIsTerminal(),
      remedy: m.outputIsTerminalRemedy(),
    });
  }
}

/** Writes the archive to its file; to standard output, or not at all, `undefined`. */
async function writeOut(
  report: Report,
  to: { readonly flags: ReportFlags; readonly context: VerbContext },
): Promise<WrittenArchive | undefined> {
  const { flags, context } = to;
  if (flags.json === true && flags.output === undefined) return undefined;
  const archive = renderReport(report);
  const chunks = packReport(archive, context.signal);
  if (flags.output !== '-') {
    const { workingDirectory } = context;
    return writeArchive(chunks, flags.output ?? `${workingDirectory}/${archive.folder}.tar.gz`);
  }
  for await (const chunk of chunks) await context.console.output.write(chunk);
  return undefined;
}

function ending({ document }: Report, written: WrittenArchive | undefined): string {
  const { summary, redactions, host } = document;
  const lines = [
    m.counted({ fail: summary.fail, warn: summary.warn }),
    ...(host.userId === 0 ? [] : [m.notRoot()]),
    m.redacted({ count: redactions.total }),
    ...(written === undefined
      ? []
      : [m.written({ path: written.path, size: formatBytes(written.sizeBytes) }), m.openPage()]),
    m.lookThrough(),
  ];
  return `${lines.join('\n')}\n`;
}
