import { BerthError, messageOf } from '../../errors/berth-error.ts';
import { hasErrno } from '../../host/files.ts';
import { runProcess } from '../../host/run-process.ts';
import type { Container } from '../lifecycle/container.ts';
import type { EngineState } from '../lifecycle/engine-state.ts';
import { requireStable } from '../lifecycle/live-container.ts';
import { cgroupPlaceOf } from '../spec/cgroup-place.ts';
import { parseProcessList, refuseOtherPids } from './parse-process-list.ts';
import type { ProcessList } from './parse-process-list.ts';

/** Where ps(1) is looked for when berthd was started without a PATH. */
const defaultPath = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

/** Longest run of ps(1): it hangs when a process of the host hangs in the kernel with its memory locked. */
const timeoutMs = 10_000;

/**
 * The processes of a container as the host's ps(1) shows them.
 *
 * @param psArgs options of ps(1), parted by blanks; empty: `-ef`
 * @throws CONTAINER_NOT_RUNNING, CONTAINER_PS_FAILED
 */
export async function listProcesses(
  state: EngineState,
  container: Container,
  psArgs: string,
): Promise<ProcessList> {
  const text = psArgs === '' ? '-ef' : psArgs;
  refuseOtherPids(text);
  requireStable(container);
  const pids = await state.ports.runtime.cgroups.processes(cgroupPlaceOf(container.record));
  const args = text.split(' ');
  const output = (await listing([...args, `-q${pids.join(',')}`], 'try')) ?? (await listing(args));
  const list = parseProcessList(output, pids);
  state.announce(container, 'top');
  return list;
}

/** Some options (such as `f`) do not go with `-q`: then all of the host are listed, and these picked out. */
async function listing(args: readonly string[], failure: 'try'): Promise<string | undefined>;
async function listing(args: readonly string[]): Promise<string>;
async function listing(args: readonly string[], failure?: 'try'): Promise<string | undefined> {
  const PATH = process.env['PATH'] ?? defaultPath;
  const errors = 'collect' as const;
  try {
    const request = { program: 'ps', args, input: '', env: { PATH }, errors, timeoutMs };
    const { exitCode, stdout, stderr } = await runProcess(request);
    if (exitCode === 0) return stdout;
    if (failure === 'try') return undefined;
    const [line = ''] = stderr.split('\n', 1);
    throw psFailed(line === '' ? `exit status ${exitCode}` : line);
  } catch (cause) {
    if (!hasErrno(cause, 'ENOENT', 'EACCES')) throw cause;
    throw psFailed(`it cannot be run on this host: ${messageOf(cause)}`, cause);
  }
}

function psFailed(why: string, cause?: unknown): BerthError {
  return new BerthError('CONTAINER_PS_FAILED', {
    message: `ps: ${why}`,
    remedy: 'Give options that ps(1) knows; where it is missing, install the package procps.',
    cause,
  });
}
