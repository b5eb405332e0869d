import type { Architecture } from '../../syscall/architecture.ts';
import { encodeProgram } from '../../syscall/encode.ts';
import { executorElf } from '../../syscall/executor/executor.ts';
import { initProgram } from './init-program.ts';

/** What the container's PID 1 is made of with `--init`. */
export interface InitImage {
  /** Bytes of its ELF file: that of the executor, which every process of the launcher runs. */
  readonly executableSize: number;
  /** The program that it reads from its standard input, but for the process id at `programIdOffset`. */
  readonly program: Uint8Array;
}

const images = new Map<Architecture, InitImage>();

/** Makes the init of an architecture; each is made once. */
export function initImage(architecture: Architecture): InitImage {
  const known = images.get(architecture);
  if (known) return known;
  // Nobody hears of a failure: the start-up channel is closed. It ends with status 1.
  const program = encodeProgram(initProgram(), { architecture, id: 0, replyFd: -1 });
  const image = { executableSize: executorElf(architecture).length, program };
  images.set(architecture, image);
  return image;
}
