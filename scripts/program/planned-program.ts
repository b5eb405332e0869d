import { berthProgram, installedProgram, type BerthProgram } from './self.ts';

/**
 * The berth whose daemon a plan starts: this very one, or what it will be once it is installed. A bundle that is only asked
 * what it would do is not installed for that.
 */
export function plannedProgram(options: { readonly asInstalled?: true }): BerthProgram {
  const own = berthProgram();
  const isInstalled = own.kind === 'bundle' && options.asInstalled === true;
  return isInstalled ? installedProgram(own.version) : own;
}
