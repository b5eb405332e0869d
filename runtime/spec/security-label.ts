import { text } from './fields.ts';

/**
 * An SELinux context, such as `system_u:system_r:container_t:s0:c1,c2`; empty means none, as Go programs write it.
 *
 * In the options of a mount it stands between quotes, which keep its commas together (mount(8), "context"): a quote of
 * its own would end it there, and what follows would be further options.
 */
export const seLinuxLabel = text.refine((value) => !value.includes('"'), {
  error: 'an SELinux context, without quotation marks',
});

/**
 * The name of an AppArmor profile; empty means none. What is written is `exec <name>` (apparmor(7)), in one line: a
 * name with a line break could not be told from what follows.
 */
export const appArmorProfile = text.refine((value) => !/[\r\n]/.test(value), {
  error: 'the name of an AppArmor profile, in one line',
});
