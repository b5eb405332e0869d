import { AT_FDCWD, O_CLOEXEC } from '../../runtime/syscall/constants/fs.ts';
import { ProgramBuilder } from '../../runtime/syscall/program-builder.ts';

/** O_DIRECTORY differs between processors; opening a folder for reading works without it. */
const O_RDONLY = 0;
const bufferSize = 1024;
/** DT_UNKNOWN of readdir(3). */
const unknownType = 0;
/** struct linux_dirent64 (getdents(2)): u64 inode, i64 offset, u16 length, u8 type, name. */
const lengthAt = 16;
const typeAt = 18;
const nameAt = 19;

/**
 * Makes a folder inside `folder` and reads the entries as the kernel gives them: the C library, and Node.js, fill in by
 * stat(2) what a file system leaves out. The caller removes `folder`.
 */
export function dtypeProgram(folder: string): ProgramBuilder {
  const program = new ProgramBuilder('read a folder');
  const inner = program.string(`${folder}/inner`);
  program.call('make a folder', 'mkdirat', [AT_FDCWD, inner, 0o700]);
  const path = program.string(folder);
  const open = [AT_FDCWD, path, O_RDONLY | O_CLOEXEC, 0];
  const file = program.call(`open "${folder}"`, 'openat', open);
  const entries = program.reserve(bufferSize);
  program.call('read its entries', 'getdents64', [file, entries, bufferSize]);
  program.reply(entries, bufferSize);
  return program;
}

/** Whether the entries that the program sent back have types. */
export function haveTypes(data: Uint8Array): boolean {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  for (let at = 0; at + nameAt < data.length;) {
    const length = view.getUint16(at + lengthAt, true);
    if (length === 0) return false;
    const name = new TextDecoder().decode(data.subarray(at + nameAt, at + length));
    if (name.startsWith('inner\0')) return view.getUint8(at + typeAt) !== unknownType;
    at += length;
  }
  return false;
}
