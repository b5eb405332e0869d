import { BerthError } from '../../errors/berth-error.ts';
import { hasErrno } from '../../host/files.ts';
import { type ProcessResult, runProcess } from '../../host/run-process.ts';

/** What came of running a program of the host. */
export type ToolResult = ProcessResult | { readonly exitCode: 'missing' };

/** Runs programs of the host, in the network namespace whose rules are meant. */
export type HostTools = (
  program: string,
  args: readonly string[],
  input?: string,
) => Promise<ToolResult>;

/** Rules are programs of /usr/sbin, which a service's PATH may not name. */
const PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
/** The first rule may load modules of the kernel; firewall-cmd(1) waits for D-Bus. In milliseconds. */
const timeoutMs = 30_000;
/** What nsenter(1), as a shell, says of a program that is not there. */
const notFound = 127;

/** Runs them where this process is, or in the namespace that is kept at a path. */
export function hostTools(namespace?: string): HostTools {
  return async (program, args, input = '') => {
    const env = { PATH, LC_ALL: 'C' };
    const [file, words] =
      namespace === undefined
        ? [program, args]
        : ['nsenter', [`--net=${namespace}`, program, ...args]];
    try {
      const options = { input, env, timeoutMs, errors: 'collect' } as const;
      const result = await runProcess({ program: file, args: words, ...options });
      return namespace !== undefined && result.exitCode === notFound
        ? { exitCode: 'missing' }
        : result;
    } catch (error) {
      if (hasErrno(error, 'ENOENT', 'EACCES')) return { exitCode: 'missing' };
      throw error;
    }
  };
}

/** Runs a program that must not fail; gives what it prints. @throws FIREWALL_REFUSED, FIREWALL_MISSING */
export async function must(
  tools: HostTools,
  [program, ...args]: readonly [string, ...string[]],
  input?: string,
): Promise<string> {
  const result = await tools(program, args, input);
  if (result.exitCode === 'missing') throw toolMissing(program);
  if (result.exitCode === 0) return result.stdout;
  throw refused(program, lastLine(result.stderr) ?? `exit status ${result.exitCode}`);
}

/** What a program prints, or nothing where there is none, or it fails. */
export async function ask(
  tools: HostTools,
  [program, ...args]: readonly [string, ...string[]],
): Promise<string | undefined> {
  const result = await tools(program, args);
  return result.exitCode === 0 ? result.stdout : undefined;
}

/** The error of rules that were refused. */
export function refused(tool: string, said: string, cause?: unknown): BerthError {
  return new BerthError('FIREWALL_REFUSED', {
    message: `${tool}: "${said}"; wanted rules for berth's networks and published ports.`,
    remedy: 'Run "berth check net.nat firewall": it tells what the kernel lacks.',
    details: { tool, said },
    cause,
  });
}

function toolMissing(program: string): BerthError {
  return new BerthError('FIREWALL_MISSING', {
    message: `There is no "${program}" on this host any more; wanted rules for berth's networks and ports.`,
    remedy: 'Install the package nftables.',
    details: { program },
  });
}

/** nft(8) shows where in its input, below what is wrong; iptables(8) says what to try at the end. */
export function lastLine(text: string): string | undefined {
  const lines = text.split('\n').map((line) => line.trim());
  return lines.find((line) => /error|fail|can't|cannot|invalid/i.test(line)) ?? lines.find(Boolean);
}
