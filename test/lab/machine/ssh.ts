import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { guestName } from '../image/guest-files.ts';
import { labKeys } from '../image/keys.ts';
import { runCommand, type CommandOptions, type Outcome } from '../run-command.ts';

/**
 * A connection to a machine by OpenSSH's client. One process holds it (ControlMaster of ssh_config(5)), and commands
 * go through it: under emulation the handshake takes seconds, a command on an open connection does not.
 */
export class Ssh {
  readonly #master: ChildProcess;
  readonly #options: readonly string[];

  private constructor(master: ChildProcess, options: readonly string[]) {
    this.#master = master;
    this.#options = options;
  }

  /** Connects to a machine that is ready. `folder` gets the connection's socket. */
  static async connect(at: { readonly port: number; readonly folder: string }): Promise<Ssh> {
    const { client, host } = await labKeys();
    const known = join(at.folder, 'known_hosts');
    writeFileSync(known, `${guestName} ${host.publicKey}\n`);
    const settings = [
      `IdentityFile=${client.file}`,
      'IdentitiesOnly=yes',
      'BatchMode=yes',
      `UserKnownHostsFile=${known}`,
      'StrictHostKeyChecking=yes',
      `HostKeyAlias=${guestName}`,
      `ControlPath=${join(at.folder, 'ssh')}`,
    ];
    const options = ['-F', 'none', '-p', String(at.port), ...settings.flatMap((s) => ['-o', s])];
    const asMaster = ['ControlMaster=yes', 'PermitLocalCommand=yes', 'LocalCommand=echo connected'];
    const master = spawn(
      'ssh',
      [...options, ...asMaster.flatMap((s) => ['-o', s]), '-N', 'root@127.0.0.1'],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    );
    await connected(master);
    return new Ssh(master, options);
  }

  /** The client's command line, to which a command may be added. */
  get command(): readonly [string, ...string[]] {
    return ['ssh', ...this.#options, 'root@127.0.0.1'];
  }

  /** Runs a command line in root's shell on the machine. */
  run(command: string, options: CommandOptions = {}): Promise<Outcome> {
    return runCommand([...this.command, '--', command], options);
  }

  /** Ends the connection, whether the machine still answers or not. */
  async close(): Promise<void> {
    if (this.#master.exitCode !== null || this.#master.signalCode !== null) return;
    const ended = once(this.#master, 'exit');
    this.#master.kill('SIGKILL');
    await ended;
  }
}

/** Resolves when the client runs its LocalCommand, which it does once it has logged in. */
async function connected(master: ChildProcess): Promise<void> {
  const errors: string[] = [];
  master.stderr?.on('data', (chunk: Buffer) => errors.push(chunk.toString()));
  const ended = once(master, 'exit').then(() => {
    throw new Error(`no connection to the machine: ${errors.join('')}`);
  });
  const said = master.stdout === null ? ended : once(master.stdout, 'data');
  await Promise.race([said, ended]);
  // From now on its end is no failure: it is how a connection is closed.
  ended.catch(() => undefined);
}
