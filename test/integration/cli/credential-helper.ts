import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** A credential helper in a folder of its own, and the environment in which it is found. */
export interface TestHelper {
  /** For `credsStore` and `credHelpers`. */
  readonly name: string;
  readonly env: Readonly<Record<string, string>>;
  /** Folder with one JSON file a registry. */
  readonly kept: string;
}

/** The protocol of docker-credential-helpers in sh(1). What was asked is appended to the file `asked`. */
const script = (kept: string): string => `#!/bin/sh
input=$(cat)
echo "$1 $input" >> '${kept}/../asked'
fileOf() { printf '%s/%s' '${kept}' "$(printf %s "$1" | tr -c 'a-zA-Z0-9.' _)"; }
case "$1" in
  store) printf %s "$input" > "$(fileOf "$(printf %s "$input" | sed 's/.*"ServerURL":"\\([^"]*\\)".*/\\1/')")" ;;
  get) cat "$(fileOf "$input")" 2>/dev/null || { echo 'credentials not found in native keychain'; exit 1; } ;;
  erase) rm "$(fileOf "$input")" 2>/dev/null || { echo 'credentials not found in native keychain'; exit 1; } ;;
  *) echo "unknown action $1"; exit 1 ;;
esac
`;

/** Makes a helper `docker-credential-test` below `folder`; `text` is another script in its place. */
export async function makeHelper(folder: string, text?: string): Promise<TestHelper> {
  const kept = join(folder, 'kept');
  await mkdir(kept, { recursive: true });
  const program = join(folder, 'docker-credential-test');
  await writeFile(program, text ?? script(kept));
  await chmod(program, 0o755);
  return { name: 'test', env: { PATH: `${folder}:/usr/bin:/bin` }, kept };
}
