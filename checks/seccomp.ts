import { checkKernelMessages as m } from '../messages/areas/checks-kernel.ts';
import type { Check } from './check.ts';
import { explainKernelOptions } from './probes/explain-kconfig.ts';
import { runProbe } from './probes/run-probe.ts';
import { seccompProgram } from './probes/seccomp-program.ts';
import { joinClauses } from './probes/join-texts.ts';

/** Whether the kernel filters system calls. */
export const seccomp: Check = {
  id: 'seccomp',
  title: m.seccompTitle,
  group: 'kernel',
  wanted: m.seccompWanted,
  why: m.seccompWhy,
  severity: 'warn',
  privilege: 'root',
  async probe(context) {
    const result = await runProbe(context, seccompProgram());
    if (result.kind === 'done') {
      const actions = await context.files.readText('/proc/sys/kernel/seccomp/actions_avail');
      const details = actions === undefined ? {} : { actions: actions.trim().split(/\s+/) };
      return { status: 'pass', seen: m.seccompWorks(), details };
    }
    const { step, errno, message } = result.failure;
    const kernel = await explainKernelOptions(context, [{ option: 'CONFIG_SECCOMP_FILTER' }]);
    return {
      status: 'warn',
      seen: joinClauses([message, kernel.text]),
      remedy: m.seccompGoOn(),
      details: { step, errno },
    };
  },
};
