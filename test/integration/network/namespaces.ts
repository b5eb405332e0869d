import { execFile, execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type IpAddress, parseAddress } from '../../../runtime/network/address/ip-address.ts';
import { type IpPrefix, parsePrefix } from '../../../runtime/network/address/ip-prefix.ts';
import {
  enterNamespace,
  makeNamespace,
  releaseNamespace,
} from '../../../runtime/network/namespaces/network-namespace.ts';
import { NetlinkSocket } from '../../../runtime/network/netlink/netlink-socket.ts';
import { Launcher } from '../../../runtime/syscall/launcher.ts';
import { ProgramBuilder } from '../../../runtime/syscall/program-builder.ts';
import { removeTree } from '../../support/remove-tree.ts';

/** Network namespaces of a test, by name, so that nothing of the machine's own network is touched. */
export class TestNamespaces<Name extends string> {
  readonly launcher: Launcher;
  readonly #folder: string;
  readonly #names: readonly Name[];

  private constructor(launcher: Launcher, folder: string, names: readonly Name[]) {
    this.launcher = launcher;
    this.#folder = folder;
    this.#names = names;
  }

  static async make<Name extends string>(...names: readonly Name[]): Promise<TestNamespaces<Name>> {
    const launcher = await Launcher.start();
    const folder = mkdtempSync(join(tmpdir(), 'berth-network-'));
    const made = new TestNamespaces(launcher, folder, names);
    for (const name of names) {
      const p = new ProgramBuilder('make a namespace');
      makeNamespace(p, made.path(name));
      await launcher.run(p);
    }
    return made;
  }

  /** Where one is kept. */
  path(name: Name): string {
    return join(this.#folder, name);
  }

  /** Runs a program that begins in one of them, with a socket that is open there. */
  async run(
    name: Name,
    steps: (socket: NetlinkSocket, p: ProgramBuilder) => void,
  ): Promise<Buffer> {
    const p = new ProgramBuilder('test');
    enterNamespace(p, this.path(name));
    steps(NetlinkSocket.open(p), p);
    return (await this.launcher.run(p)).data;
  }

  /** What ip(8) says in one of them. */
  ip(name: Name, ...args: readonly string[]): readonly Record<string, unknown>[] {
    const output = this.execute(name, 'ip', '-json', '-details', ...args);
    return JSON.parse(output.trim() || '[]') as readonly Record<string, unknown>[];
  }

  /** What a command prints that is run in one of them. @throws its exit status is not 0 */
  execute(name: Name, ...command: readonly string[]): string {
    return execFileSync('nsenter', [`--net=${this.path(name)}`, ...command], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  /** The same, while something else goes on. */
  async begin(name: Name, ...command: readonly string[]): Promise<string> {
    const args = [`--net=${this.path(name)}`, ...command];
    return (await promisify(execFile)('nsenter', args, { encoding: 'utf8' })).stdout;
  }

  /** Lets go of all: they end with the processes in them. */
  async close(): Promise<void> {
    const p = new ProgramBuilder('release the namespaces');
    for (const name of this.#names) releaseNamespace(p, this.path(name));
    await this.launcher.run(p);
    await this.launcher.stop();
    removeTree(this.#folder);
  }
}

export function prefix(text: string): IpPrefix {
  const parsed = parsePrefix(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
}

export function address(text: string): IpAddress {
  const parsed = parseAddress(text);
  if (parsed === undefined) throw new Error(text);
  return parsed;
}
