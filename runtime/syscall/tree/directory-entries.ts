/** Offsets in struct linux_dirent64 (getdents64(2)). */
const lengthAt = 16;
const nameAt = 19;

/** Names, one character a byte (latin1), from what getdents64(2) has written; without `.` and `..`. */
export function parseDirectoryEntries(bytes: Buffer): readonly string[] {
  const names: string[] = [];
  for (let at = 0; at < bytes.byteLength;) {
    const name = at + nameAt;
    const text = bytes.toString('latin1', name, bytes.indexOf(0, name));
    if (text !== '.' && text !== '..') names.push(text);
    at += bytes.readUInt16LE(at + lengthAt);
  }
  return names;
}
