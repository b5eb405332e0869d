import { posix } from 'node:path';
import {
  AT_EMPTY_PATH,
  AT_FDCWD,
  O_CLOEXEC,
  O_CREAT,
  O_NOFOLLOW,
  O_PATH,
} from '../../syscall/constants/fs.ts';
import { MS_BIND, MS_NOEXEC, MS_NOSUID } from '../../syscall/constants/mount.ts';
import { errnoNumber } from '../../syscall/errno.ts';
import type { Ref, Value } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';
import { Subroutine } from '../../syscall/subroutine.ts';
import { statDevice, statSize } from '../../syscall/tree/stat.ts';
import {
  descriptorPath,
  destinationDescriptor,
  nullDescriptor,
  spareDescriptor,
} from '../mounts/host-descriptors.ts';

/** A device that is to be the host's own. */
interface HostDevice {
  readonly path: string;
  /** What errors call it. */
  readonly label: string;
  /** Its device number, as struct stat has it: the host may have another device there. */
  readonly number: number;
}

/**
 * Binds devices of the host into the folder that is the current destination, where none can be made. The current folder is
 * the host's root. Owner and mode are those that they have on the host.
 */
export class HostDevices {
  readonly #p: ProgramBuilder;
  readonly #subroutine: Subroutine;
  readonly #path: Ref;
  readonly #name: Ref;
  readonly #number: Ref;
  /** 0, or what is wrong. */
  readonly #errno: Ref;

  constructor(p: ProgramBuilder) {
    const variable = (): Ref => p.value(p.reserve(8));
    this.#p = p;
    this.#subroutine = new Subroutine(p);
    [this.#path, this.#name, this.#number, this.#errno] = [
      variable(),
      variable(),
      variable(),
      variable(),
    ];
  }

  /** Binds the host's device of the same path. */
  bind({ path, label, number }: HostDevice): void {
    const p = this.#p;
    const done = p.label();
    p.set(this.#path, p.string(path.slice(1)));
    p.set(this.#name, p.string(posix.basename(path)));
    p.set(this.#number, number);
    this.#subroutine.call();
    p.jumpIf('eq', this.#errno, 0, done);
    p.fail(`bind ${label}, of the host`, this.#errno);
    p.place(done);
  }

  /** Adds the steps that all have in common, when there are no more. */
  finish(): void {
    this.#subroutine.finish(() => {
      this.#steps();
    });
  }

  #steps(): void {
    const p = this.#p;
    const [failed, differs, done] = [p.label(), p.label(), p.label()];
    const result = p.value(p.reserve(8));
    const must = (call: string, args: readonly Value[]): void => {
      p.set(result, p.call("bind a device of the host's", call, args, { onError: 'ignore' }));
      p.jumpIf('lt', result, 0, failed);
    };
    const holdAs = (descriptor: number): void => {
      p.call('hold a device', 'dup3', [result, descriptor, O_CLOEXEC]);
      p.call('hold a device', 'close', [result]);
    };
    must('openat', [AT_FDCWD, this.#path, O_PATH | O_CLOEXEC, 0]);
    holdAs(spareDescriptor);
    const status = p.reserve(statSize);
    must('newfstatat', [spareDescriptor, p.string(''), status, AT_EMPTY_PATH]);
    const found = p.load(64, p.compute('add', status, statDevice));
    p.jumpIf('ne', found, this.#number, differs);

    const ignore = { onError: 'ignore' } as const;
    const create = [destinationDescriptor, this.#name, O_NOFOLLOW.or(O_CREAT | O_CLOEXEC), 0o644];
    const made = p.call('make a file for a device', 'openat', create, ignore);
    p.call('make a file for a device', 'close', [made], ignore);
    must('openat', [destinationDescriptor, this.#name, O_NOFOLLOW.or(O_PATH | O_CLOEXEC), 0]);
    holdAs(nullDescriptor);
    const [source, target] = [descriptorPath(spareDescriptor), descriptorPath(nullDescriptor)];
    must('mount', [p.string(source), p.string(target), 0, MS_BIND, 0]);
    this.#harden();
    p.set(this.#errno, 0);
    p.jump(done);

    // The host has another device there.
    p.place(differs);
    p.set(result, -errnoNumber('ENODEV'));
    p.place(failed);
    p.set(this.#errno, p.compute('sub', 0, result));
    p.place(done);
  }

  /** Nothing is executed from a device; flags that it has already stay (mount_setattr(2), Linux 5.12). */
  #harden(): void {
    const p = this.#p;
    const ignore = { onError: 'ignore' } as const;
    const label = 'set the flags of a device';
    const attributes = BigUint64Array.of(BigInt(MS_NOSUID | MS_NOEXEC), 0n, 0n, 0n);
    const flags = p.bytes(Buffer.from(attributes.buffer));
    p.call(label, 'mount_setattr', [destinationDescriptor, this.#name, 0, flags, 32], ignore);
  }
}
