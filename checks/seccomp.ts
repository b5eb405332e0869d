import type { Check } from './check.ts';
import { explainKernelOptions } from './probes/explain-kconfig.ts';
import { runProbe } from './probes/run-probe.ts';
import { seccompProgram } from './probes/seccomp-program.ts';

/** Whether the kernel filters system calls. */
export const seccomp: Check = {
  id: 'seccomp',
  title: 'System call filter',
  group: 'kernel',
  wanted: 'a seccomp filter can be set and refuses a call',
  why: 'It keeps containers from system calls that they do not need: most kernel holes are behind those.',
  severity: 'warn',
  privilege: 'root',
  async probe(context) {
    const result = await runProbe(context, seccompProgram());
    if (result.kind === 'done') {
      const actions = await context.files.readText('/proc/sys/kernel/seccomp/actions_avail');
      const details = actions === undefined ? {} : { actions: actions.trim().split(/\s+/) };
      return { status: 'pass', seen: 'a filter refused a call', details };
    }
    const { step, errno, message } = result.failure;
    const kernel = await explainKernelOptions(context, [{ option: 'CONFIG_SECCOMP_FILTER' }]);
    return {
      status: 'warn',
      seen: `${message}; ${kernel.text}`,
      remedy:
        'Go on: containers then need --security-opt seccomp=unconfined. For the filter boot a kernel with CONFIG_SECCOMP_FILTER.',
      details: { step, errno },
    };
  },
};
