import type { MirrorWeb, Transfer, TransferLimits, MirrorRequest } from './web/mirror-web.ts';
import { ProbeFailure, reasonOf } from './web/probe-failure.ts';
import { standingFor, type Part, type Verdict } from './verdict.ts';

/** Lets only so many large transfers run at a time, so that they do not measure each other. */
export interface TransferSlots {
  run<T>(work: () => Promise<T>): Promise<T>;
}

/** What the test of one mirror works with. */
export interface ProbeTools {
  readonly web: MirrorWeb;
  readonly slots: TransferSlots;
  /** Of the one large transfer. */
  readonly limits: TransferLimits;
}

/** What the test of one mirror finds, as it goes. */
export interface Findings {
  readonly proved: Part[];
  transfer?: Transfer;
  madeAtMs?: number;
  release?: number;
  digest?: string;
}

/** The test of one mirror: notes what is right, throws ProbeFailure for what is not. */
export type Probe = (tools: ProbeTools, findings: Findings) => Promise<void>;

/** Runs the test of one mirror to a verdict. Throws only what a person's Ctrl-C has as its reason, and bugs. */
export async function runProbe(probe: Probe, tools: ProbeTools): Promise<Verdict> {
  const begun = performance.now();
  const findings: Findings = { proved: [] };
  const { web } = tools;
  const verdict = (end: Pick<Verdict, 'standing' | 'reason'>): Verdict => ({
    ...end,
    proved: findings.proved,
    bytes: web.bytes,
    tookMs: Math.round(performance.now() - begun),
    ...measured(findings),
  });
  try {
    await probe(tools, findings);
  } catch (error) {
    if (!(error instanceof ProbeFailure) && !web.signal.aborted) throw error;
    const reason = reasonOf(error, 'index', web.signal);
    return verdict({ standing: standingFor(reason), reason });
  }
  return verdict({ standing: 'good' });
}

function measured({ transfer, madeAtMs, release, digest }: Findings): Partial<Verdict> {
  return {
    ...(transfer === undefined
      ? {}
      : {
          firstByteMs: Math.round(transfer.firstByteMs),
          bytesPerSecond: Math.max(1, Math.round(transfer.bytesPerSecond)),
        }),
    ...(madeAtMs === undefined ? {} : { madeAtMs }),
    ...(release === undefined ? {} : { release }),
    ...(digest === undefined ? {} : { digest }),
  };
}

/** What is to be fetched to its end, and what it must be. */
export interface ExpectedTransfer extends MirrorRequest {
  /** `sha256:` and hexadecimal digits; `undefined` when the index has none that is known. */
  readonly digest: string | undefined;
  readonly sizeBytes: number;
}

/**
 * Fetches the one large thing of a test, notes its speed, and proves its digest.
 *
 * @throws ProbeFailure: `cut-short` when it did not end in time, `silent` when it stalled; `size`, `digest` when it is not what was named.
 */
export async function proveTransfer(
  expected: ExpectedTransfer,
  { web, slots, limits }: ProbeTools,
  findings: Findings,
): Promise<Transfer> {
  const { part, url, digest, sizeBytes } = expected;
  const transfer = await slots.run(() => {
    if (web.signal.aborted) throw new ProbeFailure(reasonOf(undefined, part, web.signal));
    return web.transfer(expected, limits);
  });
  findings.transfer = transfer;
  const actual = transfer.bytes;
  if (transfer.end === 'stalled') throw new ProbeFailure({ is: 'silent', part });
  if (transfer.end === 'cut' && actual < sizeBytes)
    throw new ProbeFailure({ is: 'cut-short', part });
  if (actual !== sizeBytes) {
    throw new ProbeFailure({ is: 'size', url: url.href, expected: sizeBytes, actual });
  }
  if (digest !== undefined && transfer.digest !== digest) {
    const found = { expected: digest, actual: transfer.digest };
    throw new ProbeFailure({ is: 'digest', part, url: url.href, ...found });
  }
  return transfer;
}
