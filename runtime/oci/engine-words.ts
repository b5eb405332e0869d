import type { BerthError } from '../errors/berth-error.ts';
import { errnoMessage } from '../host/errno-message.ts';

/**
 * What engines look for in the text of an error, where berth says it in other words. moby answers with 127 to who finds no
 * program and with 126 to who may not run it, podman and CRI-O likewise; both read runc's messages, which are those of Go.
 */
export function inEngineWords({ code, message, details }: BerthError): string {
  const program = typeof details['program'] === 'string' ? details['program'] : '';
  switch (code) {
    case 'EXEC_NOT_FOUND':
      return program.includes('/')
        ? `exec: "${program}": stat ${program}: no such file or directory: ${message}`
        : `exec: "${program}": executable file not found in $PATH: ${message}`;
    case 'EXEC_NOT_EXECUTABLE':
      return `exec: "${program}": permission denied: ${message}`;
    default: {
      // A step that failed is told by the name of its errno, which others write out.
      const words = errnoMessage(details['errno']);
      const call = details['call'] === 'chdir' ? 'chdir: ' : '';
      return words === undefined || message.includes(words)
        ? message
        : `${call}${message}: ${words}`;
    }
  }
}
