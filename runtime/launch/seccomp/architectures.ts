import type { SeccompArchitecture } from '../../spec/seccomp.ts';
import type { Architecture } from '../../syscall/architecture.ts';
import { aarch64 } from '../../syscall/tables/aarch64.ts';
import { arm } from '../../syscall/tables/arm.ts';
import { i386 } from '../../syscall/tables/i386.ts';
import { X32_SYSCALL_BIT, x32 } from '../../syscall/tables/x32.ts';
import { x86_64 } from '../../syscall/tables/x86_64.ts';

/** One way to make system calls: a table of names, and the range of numbers that belongs to it. */
export interface CallInterface {
  readonly name: SeccompArchitecture;
  readonly numbers: Readonly<Record<string, number>>;
  /** The first number of its range; x32 shares its architecture with x86-64 and sits above it. */
  readonly first: number;
  /** Numbers from here on are the processor's own calls, outside of the kernel's growing table (ARM). */
  readonly privateFrom: number;
}

/** An architecture as struct seccomp_data names it, with the interfaces under that name, by `first`. */
export interface FilterArchitecture {
  /** AUDIT_ARCH_*: https://github.com/torvalds/linux/blob/v6.18/include/uapi/linux/audit.h */
  readonly auditArch: number;
  readonly interfaces: readonly CallInterface[];
}

const none = Number.POSITIVE_INFINITY;

/** What a machine's kernel can be asked for, the machine's own first. */
export const filterArchitectures: Readonly<Record<Architecture, readonly FilterArchitecture[]>> = {
  x86_64: [
    {
      auditArch: 0xc000003e,
      interfaces: [
        { name: 'SCMP_ARCH_X86_64', numbers: x86_64, first: 0, privateFrom: none },
        { name: 'SCMP_ARCH_X32', numbers: x32, first: X32_SYSCALL_BIT, privateFrom: none },
      ],
    },
    {
      auditArch: 0x40000003,
      interfaces: [{ name: 'SCMP_ARCH_X86', numbers: i386, first: 0, privateFrom: none }],
    },
  ],
  aarch64: [
    {
      auditArch: 0xc00000b7,
      interfaces: [{ name: 'SCMP_ARCH_AARCH64', numbers: aarch64, first: 0, privateFrom: none }],
    },
    {
      auditArch: 0x40000028,
      interfaces: [{ name: 'SCMP_ARCH_ARM', numbers: arm, first: 0, privateFrom: 0xf0000 }],
    },
  ],
};

/** The machine's own interface, which every filter covers whether it is listed or not. */
export const nativeInterface: Readonly<Record<Architecture, SeccompArchitecture>> = {
  x86_64: 'SCMP_ARCH_X86_64',
  aarch64: 'SCMP_ARCH_AARCH64',
};

/**
 * The number of a call; `undefined` when the interface does not have it. Own properties only: a profile may well name
 * a call "constructor".
 */
export function callNumber(callInterface: CallInterface, name: string): number | undefined {
  return Object.hasOwn(callInterface.numbers, name) ? callInterface.numbers[name] : undefined;
}
