import { checkKernelMessages as m } from '../messages/areas/checks-kernel.ts';
import type { Check } from './check.ts';
import type { CheckContext } from './context.ts';
import type { Outcome } from './finding.ts';
import { runProbe } from './probes/run-probe.ts';
import { containerContextProgram, validateStep } from './probes/selinux-program.ts';

/** Whether SELinux or AppArmor, where on, has what containers need. Neither is ever switched off. */
export const securityLsm: Check = {
  id: 'security.lsm',
  title: m.lsmTitle,
  group: 'kernel',
  wanted: m.lsmWanted,
  why: m.lsmWhy,
  severity: 'warn',
  privilege: 'none',
  async probe(context) {
    const enforce = (await context.files.readText('/sys/fs/selinux/enforce'))?.trim();
    if (enforce !== undefined)
      return selinux(context, enforce === '1' ? 'enforcing' : 'permissive');
    const apparmor = await context.files.readText('/sys/module/apparmor/parameters/enabled');
    if (apparmor?.trim() === 'Y') return apparmorOn(context);
    return { status: 'pass', seen: m.lsmNone(), details: { selinux: 'off', apparmor: 'off' } };
  },
};

async function selinux(context: CheckContext, mode: 'enforcing' | 'permissive'): Promise<Outcome> {
  const details = { selinux: mode, containerPolicy: await containerPolicy(context) };
  if (details.containerPolicy === 'missing' && mode === 'enforcing') {
    return {
      status: 'warn',
      seen: m.lsmNoPolicy(),
      remedy: m.lsmInstallPolicy(),
      fix: [{ kind: 'package', names: ['container-selinux'] }],
      details,
    };
  }
  const seen =
    details.containerPolicy === 'loaded' ? m.lsmSelinuxPolicy({ mode }) : m.lsmSelinux({ mode });
  return { status: 'pass', seen, details };
}

async function containerPolicy(context: CheckContext): Promise<'loaded' | 'missing' | 'unknown'> {
  const result = await runProbe(context, containerContextProgram());
  if (result.kind === 'done') return 'loaded';
  const { step, errno } = result.failure;
  // Anything else, such as EACCES for an ordinary user, tells nothing about the policy.
  return step === validateStep && errno === 'EINVAL' ? 'missing' : 'unknown';
}

/** Where distributions put it: it is not always in the PATH of a service. */
const parsers = ['/sbin/apparmor_parser', '/usr/sbin/apparmor_parser', '/usr/bin/apparmor_parser'];

async function apparmorOn({ files }: CheckContext): Promise<Outcome> {
  const kinds = await Promise.all(parsers.map((path) => files.kind(path)));
  const details = { apparmor: 'on', parser: kinds.includes('file') ? 'present' : 'missing' };
  if (details.parser === 'present') return { status: 'pass', seen: m.lsmApparmor(), details };
  return {
    status: 'warn',
    seen: m.lsmNoParser(),
    remedy: m.lsmInstallParser(),
    fix: [{ kind: 'package', names: ['apparmor'] }],
    details,
  };
}
