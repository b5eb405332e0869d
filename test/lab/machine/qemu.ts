import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { MachineImage } from '../image/machine-disk.ts';
import type { Console } from './console.ts';

/** What QEMU is started with. */
export interface QemuOptions {
  readonly image: Pick<MachineImage, 'kernel' | 'initramfs'>;
  /** The machine's own disk, qcow2. */
  readonly disk: string;
  /** Port on 127.0.0.1 that leads to the machine's port 22. */
  readonly sshPort: number;
  readonly memoryMb: number;
  readonly cpus: number;
}

/**
 * The command line. Software emulation (DESIGN section 7), without protection keys, with which V8 guards its code: under
 * QEMU 7.2's emulation of them Node.js now and then ended by SIGSEGV. And without fast `rep movsb`, which is emulated byte
 * by byte: the kernel then copies words. A network on which the guest reaches nobody (`restrict=on`) and is reached only
 * from this machine. What the guest has flushed is given to this host's kernel, which a power cut leaves alone, so that
 * this host need not bring it to its disk (`cache=unsafe`). setpriv(1) ends QEMU with whoever started it.
 */
export function qemuCommand(options: QemuOptions): readonly [string, ...string[]] {
  const forward = `hostfwd=tcp:127.0.0.1:${options.sshPort}-:22`;
  return [
    ...(['setpriv', '--pdeathsig', 'KILL', '--', 'qemu-system-x86_64'] as const),
    ...['-nodefaults', '-no-user-config', '-display', 'none', '-serial', 'stdio'],
    ...['-accel', 'tcg,thread=multi', '-cpu', 'max,pku=off,erms=off'],
    ...['-smp', String(options.cpus), '-m', String(options.memoryMb)],
    ...['-kernel', options.image.kernel, '-initrd', options.image.initramfs],
    ...['-append', 'console=ttyS0 quiet panic=-1'],
    ...['-drive', `if=none,id=disk,format=qcow2,cache=unsafe,file=${options.disk}`],
    ...['-device', 'virtio-blk-pci,drive=disk'],
    ...['-netdev', `user,id=net,restrict=on,${forward}`, '-device', 'virtio-net-pci,netdev=net'],
    ...['-device', 'virtio-rng-pci'],
  ];
}

/** A running QEMU: a machine that has power. */
export class Qemu {
  readonly #child: ChildProcess;
  /** Resolves when the machine is off. */
  readonly ended: Promise<unknown>;

  private constructor(child: ChildProcess) {
    this.#child = child;
    this.ended = once(child, 'close');
  }

  /** Switches a machine on. Its console is heard from the first byte. */
  static start(options: QemuOptions, console: Console): Qemu {
    const [program, ...args] = qemuCommand(options);
    const child = spawn(program, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    console.follow(child.stdout);
    return new Qemu(child);
  }

  /** Takes the power away, in the middle of whatever it does. Resolves when the process is gone. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.ended;
  }
}
