import { cpSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeArchive } from '../../runtime/image/archive/write-archive.ts';
import { helloWorldImage } from '../../runtime/image/hello-world.ts';
import { currentArchitecture } from '../../runtime/syscall/architecture.ts';
import { helloElf } from '../../runtime/syscall/hello-elf.ts';
import { helloWorldText } from '../../templates/hello-world.ts';
import { removeTree } from '../support/remove-tree.ts';
import { inMemory } from './daemons.ts';

/** A folder with what the benchmarks run: the hello program as a root file system, and as an image archive. */
export class Workshop {
  readonly folder: string;
  readonly rootfs: string;

  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'berth-bench-'));
    this.rootfs = this.path('bundle/rootfs');
    mkdirSync(this.rootfs, { recursive: true });
    writeFileSync(`${this.rootfs}/hello`, this.program, { mode: 0o755 });
    cpSync('/bin/busybox', `${this.rootfs}/busybox`);
  }

  /** The hello program that berth carries. */
  get program(): Uint8Array {
    return helloElf(currentArchitecture(), helloWorldText);
  }

  /** A path in the folder. */
  path(name: string): string {
    return join(this.folder, name);
  }

  /** Writes the hello-world image as an archive for `docker load`. */
  async writeImage(): Promise<string> {
    const architecture = currentArchitecture() === 'aarch64' ? 'arm64' : 'amd64';
    const image = await helloWorldImage({ architecture, program: this.program });
    const file = this.path('hello.tar');
    const chunks: Uint8Array[] = [];
    for await (const chunk of writeArchive(image)) chunks.push(chunk);
    writeFileSync(file, Buffer.concat(chunks));
    return file;
  }

  /** Removes everything. */
  remove(): void {
    removeTree(this.folder);
    removeTree(inMemory(this.folder));
  }
}
