/**
 * Runs a device program as the kernel would: own code, so that the compiler is judged by another reading of
 * https://www.kernel.org/doc/html/v6.18/bpf/standardization/instruction-set.html
 */

/** What a process wants to do with a device; letters of r, w and m. */
export interface DeviceRequest {
  readonly type: 'b' | 'c';
  readonly major: number;
  readonly minor: number;
  readonly access: string;
  /** Bits of access that the kernel does not have today, such as 8. */
  readonly moreAccess?: number;
}

/** struct bpf_cgroup_dev_ctx of include/uapi/linux/bpf.h. */
function encode({ type, major, minor, access, moreAccess = 0 }: DeviceRequest): DataView {
  const view = new DataView(new ArrayBuffer(12));
  const letters = ['m', 'r', 'w'].map((letter, bit) => (access.includes(letter) ? 1 << bit : 0));
  const bits = letters.reduce((all, bit) => all | bit, moreAccess);
  view.setUint32(0, (bits << 16) | (type === 'b' ? 1 : 2), true);
  view.setUint32(4, major, true);
  view.setUint32(8, minor, true);
  return view;
}

/** What r0 is in the end. Throws on what the kernel's verifier refuses. */
export function runDeviceProgram(program: Uint8Array, request: DeviceRequest): number {
  if (program.length % 8 !== 0) throw new Error(`${program.length} bytes`);
  const code = new DataView(program.buffer, program.byteOffset, program.byteLength);
  const context = encode(request);
  // As signed 64-bit numbers; all values here have less than 53 bits. Register 1 holds the context's address.
  const registers: (bigint | undefined)[] = Array.from({ length: 10 });
  const read = (register: number): bigint => {
    const value = registers[register];
    if (value === undefined) throw new Error(`r${register} has no value`);
    return value;
  };
  for (let at = 0; at * 8 < program.length; at += 1) {
    const operation = code.getUint8(at * 8);
    const destination = code.getUint8(at * 8 + 1) & 0xf;
    const source = code.getUint8(at * 8 + 1) >> 4;
    const offset = code.getInt16(at * 8 + 2, true);
    const immediate = BigInt(code.getInt32(at * 8 + 4, true));
    const jump = (holds: boolean): number => {
      if (offset < 0) throw new Error(`a jump back at ${at}`);
      return holds ? offset : 0;
    };
    switch (operation) {
      case 0x61: // BPF_LDX | BPF_MEM | BPF_W
        if (source !== 1) throw new Error(`load through r${source}`);
        registers[destination] = BigInt(context.getUint32(offset, true));
        break;
      case 0x54: // BPF_ALU | BPF_AND | BPF_K
        registers[destination] = BigInt.asUintN(32, read(destination) & immediate);
        break;
      case 0xb7: // BPF_ALU64 | BPF_MOV | BPF_K
        registers[destination] = immediate;
        break;
      case 0x05: // BPF_JMP | BPF_JA
        at += jump(true);
        break;
      case 0x15: // BPF_JMP | BPF_JEQ | BPF_K
        at += jump(read(destination) === immediate);
        break;
      case 0x45: // BPF_JMP | BPF_JSET | BPF_K
        at += jump((read(destination) & immediate) !== 0n);
        break;
      case 0x95: // BPF_JMP | BPF_EXIT
        return Number(read(0));
      default:
        throw new Error(`unknown instruction ${operation.toString(16)} at ${at}`);
    }
  }
  throw new Error('the program ended without an exit');
}

/** Instructions that no path leads to: kernels refuse a program that has any. */
export function unreachable(program: Uint8Array): readonly number[] {
  const code = new DataView(program.buffer, program.byteOffset, program.byteLength);
  const count = program.length / 8;
  const reached = new Set([0]);
  for (let at = 0; at < count; at += 1) {
    if (!reached.has(at)) continue;
    const operation = code.getUint8(at * 8);
    const isJump = (operation & 7) === 5 && operation !== 0x95;
    if (operation !== 0x95 && operation !== 0x05) reached.add(at + 1);
    if (isJump) reached.add(at + 1 + code.getInt16(at * 8 + 2, true));
  }
  return Array.from({ length: count }, (_, at) => at).filter((at) => !reached.has(at));
}
