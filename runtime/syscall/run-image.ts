import { AT_FDCWD, O_CLOEXEC, O_RDONLY } from './constants/fs.ts';
import { MAP_PRIVATE, PROT_READ, PROT_WRITE } from './constants/memory.ts';
import { header } from './layout.ts';
import type { Program } from './program.ts';
import { ProgramBuilder } from './program-builder.ts';
import type { ProgramResult } from './program-result.ts';

/** Who runs syscall programs: a Launcher. */
export interface ProgramRunner {
  run(program: Program, options?: { readonly timeoutMs?: number }): Promise<ProgramResult>;
}

/** A ProgramImage in a file, and what its process is to be like. */
export interface StoredImage {
  /** Begins the messages of errors. */
  readonly name: string;
  /** Absolute path of the file that the image was written to. */
  readonly file: string;
  /** Where in the file it begins; a multiple of 4096. */
  readonly offset: number;
  readonly sizeBytes: number;
  /** Folder that the process enters by chroot(2). Its umask is 0. */
  readonly root: string;
  readonly timeoutMs: number;
}

/** Which step of an image failed, and how. */
export interface ImageFailure {
  readonly step: number;
  readonly errno: number;
}

/**
 * Runs a ProgramImage in a process of its own.
 *
 * @returns What failed in it; undefined when all of it was done
 * @throws the codes of `Launcher.run`
 */
export async function runImage(
  runner: ProgramRunner,
  image: StoredImage,
): Promise<ImageFailure | undefined> {
  const { timeoutMs } = image;
  const { data } = await runner.run(imageProgram(image), { timeoutMs });
  return data.byteLength < 8
    ? undefined
    : { step: data.readUInt32LE(0), errno: data.readUInt32LE(4) };
}

function imageProgram({ name, file, offset, sizeBytes, root }: StoredImage): Program {
  const p = new ProgramBuilder(name);
  p.call('set the umask', 'umask', [0]);
  const path = p.string(file);
  const fd = p.call('open the program', 'openat', [AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0]);
  // Private: what its steps write, their results, is theirs alone.
  const flags = [PROT_READ | PROT_WRITE, MAP_PRIVATE] as const;
  const image = p.call('map the program', 'mmap', [0, sizeBytes, ...flags, fd, offset]);
  p.call('close the program', 'close', [fd]);
  p.call(`enter "${root}"`, 'chroot', [p.string(root)]);
  p.call(`enter "${root}"`, 'chdir', [p.string('/')]);
  // It answers in this program's name.
  for (const field of [header.failureId, header.replyFd]) {
    const own = p.value(p.replyFd.at(field - header.replyFd));
    p.store(64, p.compute('add', image, field), own);
  }
  p.run(image);
  return p;
}
