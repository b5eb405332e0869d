import { readTextIfExists } from './files.ts';

/** The name of a user in /etc/passwd (passwd(5)); `#1000` for one that is not in there. */
export async function userName(uid: number): Promise<string> {
  if (uid === 0) return 'root';
  const lines = ((await readTextIfExists('/etc/passwd')) ?? '').split('\n');
  const found = lines.map((line) => line.split(':')).find((fields) => fields[2] === String(uid));
  return found?.[0] ?? `#${uid}`;
}

/** The user and group that this process acts as. */
export function currentUser(): { readonly uid: number; readonly gid: number } {
  return { uid: process.geteuid?.() ?? 0, gid: process.getegid?.() ?? 0 };
}
