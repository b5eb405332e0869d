/**
 * Runs a seccomp filter as the kernel would: own code, so that the compiler is judged by another reading of
 * https://www.kernel.org/doc/html/v6.18/networking/filter.html and seccomp(2).
 */

/** struct seccomp_data. */
export interface CallData {
  readonly nr: number;
  readonly arch: number;
  /** Up to six; missing ones are 0. */
  readonly args: readonly bigint[];
}

const dataSize = 64;

function encode({ nr, arch, args }: CallData): DataView {
  const view = new DataView(new ArrayBuffer(dataSize));
  view.setUint32(0, nr, true);
  view.setUint32(4, arch, true);
  for (const [index, value] of args.entries()) view.setBigUint64(16 + 8 * index, value, true);
  return view;
}

/** What the filter returns, and how many instructions that took. Throws on what the kernel's verifier refuses. */
export function runFilter(program: Uint8Array, call: CallData): { result: number; steps: number } {
  const code = new DataView(program.buffer, program.byteOffset, program.byteLength);
  const data = encode(call);
  let accumulator = 0;
  let steps = 0;
  for (let at = 0; at * 8 < program.length; at += 1) {
    steps += 1;
    const operation = code.getUint16(at * 8, true);
    const jumpTrue = code.getUint8(at * 8 + 2);
    const jumpFalse = code.getUint8(at * 8 + 3);
    const k = code.getUint32(at * 8 + 4, true);
    const jump = (holds: boolean): number => (holds ? jumpTrue : jumpFalse);
    switch (operation) {
      case 0x20: // BPF_LD | BPF_W | BPF_ABS
        if (k % 4 !== 0 || k >= dataSize) throw new Error(`load from ${k}`);
        accumulator = data.getUint32(k, true);
        break;
      case 0x54: // BPF_ALU | BPF_AND | BPF_K
        accumulator = (accumulator & k) >>> 0;
        break;
      case 0x05: // BPF_JMP | BPF_JA
        at += k;
        break;
      case 0x15: // BPF_JMP | BPF_JEQ | BPF_K
        at += jump(accumulator === k);
        break;
      case 0x25: // BPF_JMP | BPF_JGT | BPF_K
        at += jump(accumulator > k);
        break;
      case 0x35: // BPF_JMP | BPF_JGE | BPF_K
        at += jump(accumulator >= k);
        break;
      case 0x06: // BPF_RET | BPF_K
        return { result: k, steps };
      default:
        throw new Error(`unknown instruction ${operation.toString(16)} at ${at}`);
    }
  }
  throw new Error('the program ended without a return');
}
