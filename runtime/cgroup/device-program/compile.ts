import { BerthError } from '../../errors/berth-error.ts';
import type { DeviceAllowList, TypedDeviceRule } from '../device-rules.ts';
import { allAccess, DeviceAccess } from './device-access.ts';
import { EbpfAssembler, EbpfLabel, maxInstructions } from './ebpf-assembler.ts';

type DeviceType = TypedDeviceRule['type'];

/** struct bpf_cgroup_dev_ctx, include/uapi/linux/bpf.h, Linux 6.18; the access is in the upper half of accessType. */
const context = { accessType: 0, major: 4, minor: 8 } as const;

/** BPF_DEVCG_DEV_*: the lower half of accessType. */
const typeCode: Readonly<Record<DeviceType, number>> = { c: 2, b: 1 };

/** Registers, by what they hold. */
const register = { context: 1, accessType: 2, major: 3, minor: 4, type: 5 } as const;

/**
 * Compiles an allow list to a program of type BPF_PROG_TYPE_CGROUP_DEVICE. All rules are evaluated here, for every
 * number that any of them names: the program only looks up type, major and minor number in turn. No two paths meet
 * before its ends, so that the work of the kernel's verifier grows with its length alone.
 *
 * @returns `struct bpf_insn`, 8 bytes each; `undefined` when everything is allowed and no program is needed.
 * @throws CGROUP_LIMIT_INVALID the rules need more instructions than the kernel takes.
 */
export function compileDeviceProgram(list: DeviceAllowList): Uint8Array | undefined {
  if (list.base === 'allow' && list.rules.length === 0) return undefined;
  return new DeviceCompiler(new DeviceAccess(list)).compile();
}

class DeviceCompiler {
  readonly #access: DeviceAccess;
  readonly #assembler = new EbpfAssembler();
  /** An end of the program for each set of access bits that is allowed somewhere. */
  readonly #ends = new Map<number, EbpfLabel>();

  constructor(access: DeviceAccess) {
    this.#access = access;
  }

  compile(): Uint8Array {
    const [character, block] = [new EbpfLabel(), new EbpfLabel()];
    this.#loadContext();
    this.#assembler.jumpIfEqual(register.type, typeCode.c, character);
    this.#assembler.jumpIfEqual(register.type, typeCode.b, block);
    // There are no other types.
    this.#assembler.jump(this.#end(0));
    this.#assembler.place(character);
    this.#lookUpMajor('c');
    this.#assembler.place(block);
    this.#lookUpMajor('b');
    this.#writeEnds();
    this.#refuseTooLong();
    return this.#assembler.finish();
  }

  #loadContext(): void {
    this.#assembler.load32(register.accessType, register.context, context.accessType);
    this.#assembler.load32(register.major, register.context, context.major);
    this.#assembler.load32(register.minor, register.context, context.minor);
    this.#assembler.load32(register.type, register.context, context.accessType);
    this.#assembler.and32(register.type, 0xffff);
  }

  #lookUpMajor(type: DeviceType): void {
    const majors = this.#access.majors(type).map((major) => ({ major, found: new EbpfLabel() }));
    for (const { major, found } of majors) {
      this.#assembler.jumpIfEqual(register.major, major, found);
    }
    this.#lookUpMinor(type, undefined);
    for (const { major, found } of majors) {
      this.#assembler.place(found);
      this.#lookUpMinor(type, major);
    }
  }

  #lookUpMinor(type: DeviceType, major: number | undefined): void {
    const endFor = (minor: number | undefined): EbpfLabel =>
      this.#end(this.#access.allowed({ type, major, minor }));
    for (const minor of this.#access.minors(type, major)) {
      this.#assembler.jumpIfEqual(register.minor, minor, endFor(minor));
      this.#refuseTooLong();
    }
    this.#assembler.jump(endFor(undefined));
  }

  #end(allowed: number): EbpfLabel {
    const known = this.#ends.get(allowed);
    if (known !== undefined) return known;
    const label = new EbpfLabel();
    this.#ends.set(allowed, label);
    return label;
  }

  #writeEnds(): void {
    const deny = new EbpfLabel();
    for (const [allowed, label] of this.#ends) {
      this.#assembler.place(label);
      // Bits that the kernel may get some day are among those that are not allowed.
      const rest = 0xffff & ~allowed;
      if (allowed !== allAccess) {
        this.#assembler.jumpIfAnyBit(register.accessType, rest << 16, deny);
      }
      this.#assembler.return(1);
    }
    this.#assembler.place(deny);
    this.#assembler.return(0);
  }

  /** On the way too: numbers of wildcard rules multiply. */
  #refuseTooLong(): void {
    if (this.#assembler.length <= maxInstructions) return;
    throw new BerthError('CGROUP_LIMIT_INVALID', {
      message: `'linux.resources.devices' needs more than ${maxInstructions} instructions of eBPF, wanted fewer rules`,
      remedy:
        'Name whole ranges of devices, with "*" for their minor number, instead of single ones.',
    });
  }
}
