import { checkKernelMessages as m } from '../messages/areas/checks-kernel.ts';
import type { Check } from './check.ts';
import { readKernelConfig } from './probes/kernel-config.ts';

/** Whether the kernel's build configuration can be read, which explains probes that fail. */
export const kconfigSource: Check = {
  id: 'kconfig.source',
  title: m.kconfigTitle,
  group: 'kernel',
  wanted: m.kconfigWanted,
  why: m.kconfigWhy,
  severity: 'warn',
  privilege: 'none',
  async probe(context) {
    const config = await readKernelConfig(context);
    if (config === undefined) {
      return { status: 'warn', seen: m.kconfigNone(), remedy: m.kconfigGoOn() };
    }
    const { path, text } = config;
    // A file of the right name may be anything: a configuration has this line in it, set or not.
    if (!/^(?:# )?CONFIG_NAMESPACES\b/m.test(text)) {
      const seen = m.kconfigUnreadable({ path });
      return { status: 'warn', seen, remedy: m.kconfigGoOn(), details: { path } };
    }
    return { status: 'pass', seen: m.kconfigSeen({ path }), details: { path } };
  },
};
