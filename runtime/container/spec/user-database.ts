/** A line of passwd(5). */
export interface PasswdEntry {
  readonly name: string;
  readonly uid: number;
  readonly gid: number;
  readonly home: string;
}

/** A line of group(5). */
export interface GroupEntry {
  readonly name: string;
  readonly gid: number;
  readonly members: readonly string[];
}

function fields(text: string): readonly (readonly string[])[] {
  return text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !line.startsWith('#') && !line.includes('\0'))
    .map((line) => line.split(':'));
}

/** A user or group id as passwd and group have it; `undefined` when it is none. */
export function parseId(text: string): number | undefined {
  if (!/^\d{1,10}$/.test(text)) return undefined;
  const id = Number(text);
  return id <= 0xffff_fffe ? id : undefined;
}

/** Reads passwd(5); lines that make no sense are left out, as every reader of it does. */
export function parsePasswd(text: string): readonly PasswdEntry[] {
  return fields(text).flatMap(([name = '', , uidText = '', gidText = '', , home = '']) => {
    const uid = parseId(uidText);
    const gid = parseId(gidText);
    return uid === undefined || gid === undefined ? [] : [{ name, uid, gid, home }];
  });
}

/** Reads group(5). */
export function parseGroup(text: string): readonly GroupEntry[] {
  return fields(text).flatMap(([name = '', , gidText = '', memberText = '']) => {
    const gid = parseId(gidText);
    const members = memberText.split(',').filter((member) => member !== '');
    return gid === undefined ? [] : [{ name, gid, members }];
  });
}
