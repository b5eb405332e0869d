import { checkEngineMessages as m } from '../messages/areas/checks-engine.ts';
import type { Check } from './check.ts';
import type { CheckContext } from './context.ts';
import { isTimedOut } from './probes/timed-out.ts';

const runTimeoutMs = 40_000;

/** The host's C library, and whether berth's own program runs with it, or without it. */
export const libc: Check = {
  id: 'libc',
  title: m.libcTitle,
  group: 'engine',
  wanted: m.libcWanted,
  why: m.libcWhy,
  severity: 'fail',
  privilege: 'none',
  timeoutMs: runTimeoutMs + 2000,
  async probe(context) {
    const library = (await findLibrary(context)) ?? m.libcUnknown();
    const [program, ...args] = context.program.versionCommand;
    if (context.program.justProven) {
      return { status: 'pass', seen: m.libcProven({ library }), details: { library, program } };
    }
    const result = await context.run(program, args, { timeoutMs: runTimeoutMs });
    const details = { library, program, exitCode: result.exitCode };
    if (result.exitCode === 0) {
      const version = result.stdout.trim();
      return { status: 'pass', seen: m.libcRuns({ library, version }), details };
    }
    if (isTimedOut(result)) {
      const seen = m.libcSlow({ program, seconds: runTimeoutMs / 1000, library });
      return { status: 'warn', seen, remedy: m.libcSlowRemedy(), details };
    }
    const said = (result.stderr ?? '').trim().split('\n').at(-1) ?? '';
    const seen = m.libcRefused({ program, exitCode: result.exitCode, said, library });
    return { status: 'fail', seen, remedy: m.libcRemedy(), details };
  },
};

/** musl's loader is the library itself, and prints its version when it is run. */
const muslLoaders = ['/lib/ld-musl-x86_64.so.1', '/lib/ld-musl-aarch64.so.1'];

/** For example `glibc 2.36` or `musl 1.2.5`. */
async function findLibrary({ run, files }: CheckContext): Promise<string | undefined> {
  const gnu = await run('getconf', ['GNU_LIBC_VERSION'], { timeoutMs: 2000 });
  if (gnu.exitCode === 0 && gnu.stdout.trim() !== '') return gnu.stdout.trim();
  for (const loader of muslLoaders) {
    if ((await files.kind(loader)) !== 'file') continue;
    const { stderr } = await run(loader, [], { timeoutMs: 2000 });
    return `musl ${/^Version (\S+)/m.exec(stderr ?? '')?.[1] ?? ''}`.trim();
  }
  return undefined;
}
