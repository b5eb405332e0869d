import { fileLoggedArgv, fileLoggedEnvironment } from './file-logged-command.ts';
import type { ServiceCommand } from './service-command.ts';

/** The definition that berth's own supervisor is started from. */
export function supervisedService(command: ServiceCommand): string {
  const { logFile, configDigest } = command;
  const definition = {
    argv: fileLoggedArgv(command),
    environment: fileLoggedEnvironment(command),
    logFile,
    configDigest,
  };
  return `${JSON.stringify(definition, undefined, 2)}\n`;
}
