import { checkKernelMessages as m } from '../messages/areas/checks-kernel.ts';
import { checkMessages } from '../messages/areas/checks.ts';
import type { Check } from './check.ts';
import { explainKernelOptions, type KernelOption } from './probes/explain-kconfig.ts';
import { keyRingProgram, mqueueProgram } from './probes/ipc-programs.ts';
import { runProbe, type SyscallFailure } from './probes/run-probe.ts';
import { joinClauses } from './probes/join-texts.ts';

/** Whether containers can have POSIX message queues and key rings of their own. */
export const ipc: Check = {
  id: 'ipc',
  title: m.ipcTitle,
  group: 'kernel',
  wanted: m.ipcWanted,
  why: m.ipcWhy,
  severity: 'warn',
  privilege: 'root',
  async probe(context) {
    const tries = [
      { program: mqueueProgram(), option: 'CONFIG_POSIX_MQUEUE' },
      { program: keyRingProgram(), option: 'CONFIG_KEYS' },
    ];
    const failures: SyscallFailure[] = [];
    const lacking: KernelOption[] = [];
    for (const { program, option } of tries) {
      const result = await runProbe(context, program);
      if (result.kind === 'done') continue;
      failures.push(result.failure);
      lacking.push({ option });
    }
    if (lacking.length === 0) return { status: 'pass', seen: m.ipcBoth() };
    const details = { lacking: lacking.map(({ option }) => option) };
    const messages = failures.map(({ message }) => message);
    if (failures.every(({ errno }) => errno === 'EPERM')) {
      const remedy = checkMessages.outsideContainer();
      return { status: 'warn', seen: joinClauses(messages), remedy, details };
    }
    const kernel = await explainKernelOptions(context, lacking);
    return {
      status: 'warn',
      seen: joinClauses([...messages, kernel.text]),
      remedy: m.ipcGoOn({ options: details.lacking.join(', ') }),
      details,
    };
  },
};
