import type { DeviceProgram } from '../../cgroup/cgroup-plan.ts';
import { rlimitTypes } from '../../spec/process.ts';
import {
  BPF_CGROUP_DEVICE,
  BPF_F_ALLOW_MULTI,
  BPF_INSN_SIZE,
  BPF_PROG_ATTACH,
  BPF_PROG_LOAD,
  BPF_PROG_TYPE_CGROUP_DEVICE,
} from '../../syscall/constants/bpf.ts';
import { AT_FDCWD, O_CLOEXEC, O_DIRECTORY } from '../../syscall/constants/fs.ts';
import type { Address, Ref } from '../../syscall/program.ts';
import type { ProgramBuilder } from '../../syscall/program-builder.ts';

/** The program calls no helper of the kernel, so that any licence will do. */
const licence = 'Apache-2.0';

/** Shown by bpftool; at most 15 letters, digits, "_" and ".". */
const programName = 'berth_devices';

/** union bpf_attr as BPF_PROG_LOAD takes it, up to and with prog_name: what Linux 4.15 knows of it. */
const load = { size: 64, type: 0, count: 4, instructions: 8, licence: 16, name: 48 } as const;

/** union bpf_attr as BPF_PROG_ATTACH takes it. */
const attach = { size: 16, folder: 0, program: 4, type: 8, flags: 12 } as const;

const RLIMIT_MEMLOCK = rlimitTypes.indexOf('RLIMIT_MEMLOCK');
const unlimited = 2n ** 64n - 1n;

/**
 * Attaches a device program to its cgroup (bpf(2)). It is not pinned: it stays as long as the folder does, and nothing
 * but removing the folder, or a process with CAP_SYS_ADMIN outside, can take it off.
 */
export function attachDeviceProgram(
  p: ProgramBuilder,
  { folder, instructions }: DeviceProgram,
): void {
  const program = loadProgram(p, instructions);
  const label = `attach the device program to ${folder}`;
  const flags = O_DIRECTORY.or(O_CLOEXEC);
  const cgroup = p.call(label, 'openat', [AT_FDCWD, p.string(folder), flags, 0]);
  const attributes = p.bytes(new Uint8Array(attach.size));
  p.store(32, attributes.at(attach.folder), cgroup);
  p.store(32, attributes.at(attach.program), program);
  p.store(32, attributes.at(attach.type), BPF_CGROUP_DEVICE);
  p.store(32, attributes.at(attach.flags), BPF_F_ALLOW_MULTI);
  p.call(label, 'bpf', [BPF_PROG_ATTACH, attributes, attach.size]);
  p.call('close the cgroup', 'close', [cgroup]);
  p.call('close the device program', 'close', [program]);
}

/** Gives its descriptor, which the kernel opens with close-on-exec. */
function loadProgram(p: ProgramBuilder, instructions: Uint8Array): Ref {
  const attributes = p.bytes(loadAttributes(instructions));
  p.pointer(attributes.at(load.instructions), p.bytes(instructions));
  p.pointer(attributes.at(load.licence), p.string(licence));
  const [refused, loaded] = [p.label(), p.label()];
  const result = p.value(p.reserve(8));
  const args = [BPF_PROG_LOAD, attributes, load.size];
  p.set(result, p.call('load the device program', 'bpf', args, { onError: refused }));
  p.jump(loaded);

  p.place(refused);
  // Before Linux 5.11 programs count as locked memory, of which the limit is often as little as 64 KiB.
  const limit = raiseLockedMemory(p);
  p.set(result, p.call('load the device program, with RLIMIT_MEMLOCK raised', 'bpf', args));
  // The container would inherit it.
  p.call('restore RLIMIT_MEMLOCK', 'prlimit64', [0, RLIMIT_MEMLOCK, limit, 0]);
  p.place(loaded);
  return result;
}

function loadAttributes(instructions: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(load.size);
  const view = new DataView(bytes.buffer);
  view.setUint32(load.type, BPF_PROG_TYPE_CGROUP_DEVICE, true);
  view.setUint32(load.count, instructions.length / BPF_INSN_SIZE, true);
  bytes.set(Buffer.from(programName), load.name);
  return bytes;
}

/** Raises it as far as this process may: to the hard limit, or with CAP_SYS_RESOURCE beyond. Gives what it was. */
function raiseLockedMemory(p: ProgramBuilder): Address {
  // struct rlimit64: {u64 soft, u64 hard}
  const [before, hard] = [p.reserve(16), p.reserve(16)];
  p.call('read RLIMIT_MEMLOCK', 'prlimit64', [0, RLIMIT_MEMLOCK, 0, before]);
  p.set(hard, p.value(before.at(8)));
  p.set(hard.at(8), p.value(before.at(8)));
  const all = p.bytes(Buffer.from(BigUint64Array.of(unlimited, unlimited).buffer));
  const label = 'raise RLIMIT_MEMLOCK';
  p.call(label, 'prlimit64', [0, RLIMIT_MEMLOCK, hard, 0], { onError: 'ignore' });
  p.call(label, 'prlimit64', [0, RLIMIT_MEMLOCK, all, 0], { onError: 'ignore' });
  return before;
}
