import type { ServiceCommand } from './service-command.ts';

/** The definition that berth's own supervisor is started from. */
export function supervisedService(command: ServiceCommand): string {
  return `${JSON.stringify(command, undefined, 2)}\n`;
}
