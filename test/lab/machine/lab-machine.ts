import { mkdtempSync } from 'node:fs';
import { join } from 'node:path';
import { readyLine } from '../image/guest-files.ts';
import { machineImage, type MachineImage } from '../image/machine-disk.ts';
import type { Stock } from '../image/packages.ts';
import { labFolder } from '../lab-folder.ts';
import { describe, runChecked, type CommandOptions, type Outcome } from '../run-command.ts';
import { Console } from './console.ts';
import { freePort } from './free-port.ts';
import { Qemu } from './qemu.ts';
import { Ssh } from './ssh.ts';
import { removeTree } from '../../support/remove-tree.ts';

/** What a machine is made of. */
export interface MachineOptions {
  /** 1536 unless told. */
  readonly memoryMb?: number;
  /** 2 unless told. */
  readonly cpus?: number;
  /** What is installed on it: all that a scenario may want, unless told. */
  readonly stock?: Stock;
}

/** Software emulation is slow, and the machine under it may be busy. */
const bootTimeoutMs = 180_000;
/** Twice systemd waits 90 s, for its services and then for what is left, before it uses force. */
const shutdownTimeoutMs = 240_000;

/** A fresh Debian machine of its own: started from the image, its changes gone with it. */
export class LabMachine {
  readonly console: Console;
  readonly #options: Required<MachineOptions>;
  readonly #folder: string;
  readonly #image: MachineImage;
  #power: { readonly qemu: Qemu; readonly ssh: Ssh; readonly sshPort: number } | undefined;

  private constructor(options: MachineOptions, made: { folder: string; image: MachineImage }) {
    this.#options = { memoryMb: 1536, cpus: 2, stock: 'stocked', ...options };
    this.#folder = made.folder;
    this.#image = made.image;
    this.console = new Console(join(made.folder, 'console.log'));
  }

  /** Makes a machine and boots it. Resolves when it takes orders. */
  static async start(options: MachineOptions = {}): Promise<LabMachine> {
    const image = await machineImage(options.stock ?? 'stocked');
    const folder = mkdtempSync(join(labFolder('machines'), 'm-'));
    const backing = ['-b', image.disk, '-F', 'raw'];
    await runChecked(['qemu-img', 'create', '-q', '-f', 'qcow2', ...backing, join(folder, 'disk')]);
    const machine = new LabMachine(options, { folder, image });
    await machine.powerOn();
    return machine;
  }

  /** Runs a command line in root's shell, whatever its status. */
  async run(command: string, options: CommandOptions = {}): Promise<Outcome> {
    return this.#on().ssh.run(command, options);
  }

  /** Runs a command line that has to succeed; resolves to its standard output without the last line's end. */
  async must(command: string, options: CommandOptions = {}): Promise<string> {
    const outcome = await this.run(command, options);
    if (outcome.exitCode !== 0) throw new Error(`${describe(outcome)} of: ${command}`);
    return outcome.stdout.trimEnd();
  }

  /** The command by which a person gets a shell on the machine. */
  get shellCommand(): readonly string[] {
    return this.#on().ssh.command;
  }

  /** Boots the machine from its own disk as it was left. */
  async powerOn(): Promise<void> {
    if (this.#power !== undefined) throw new Error('the machine is on; wanted it off');
    const sshPort = await freePort();
    const from = this.console.position;
    const disk = join(this.#folder, 'disk');
    const qemu = Qemu.start({ ...this.#options, image: this.#image, disk, sshPort }, this.console);
    try {
      this.#power = { qemu, sshPort, ssh: await this.#login(sshPort, from) };
    } catch (error) {
      await qemu.kill();
      throw error;
    }
  }

  /** Restarts the machine in order, as `systemctl reboot` does. Resolves when it takes orders again. */
  async reboot(): Promise<void> {
    const { qemu, ssh, sshPort } = this.#on();
    const from = this.console.position;
    // The connection may be cut before the status arrives.
    await ssh.run('systemctl reboot');
    await ssh.close();
    this.#power = { qemu, sshPort, ssh: await this.#login(sshPort, from, shutdownTimeoutMs) };
  }

  /** Shuts the machine down in order. */
  async powerOff(): Promise<void> {
    const { qemu, ssh } = this.#on();
    await ssh.run('systemctl poweroff');
    await ssh.close();
    await qemu.ended;
    this.#power = undefined;
  }

  /** Takes the power away. What the machine had not yet written to its disk is lost. */
  async powerCut(): Promise<void> {
    const { qemu, ssh } = this.#on();
    await qemu.kill();
    await ssh.close();
    this.#power = undefined;
  }

  /** Ends the machine, on or off, and removes all of it. */
  async stop(): Promise<void> {
    if (this.#power !== undefined) await this.powerCut();
    removeTree(this.#folder);
  }

  async #login(port: number, from: number, beforeBootMs = 0): Promise<Ssh> {
    const signal = AbortSignal.timeout(beforeBootMs + bootTimeoutMs);
    await this.console.printed(readyLine, { from, signal });
    return Ssh.connect({ port, folder: this.#folder });
  }

  #on(): { readonly qemu: Qemu; readonly ssh: Ssh; readonly sshPort: number } {
    if (this.#power === undefined) throw new Error('the machine is off; wanted it on');
    return this.#power;
  }
}
