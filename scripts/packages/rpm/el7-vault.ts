/** Where the last CentOS 7 is kept since its end of life on 2024-06-30. */
const vault = 'http://vault.centos.org/7.9.2009';

/** Host names of the base repositories that answer no more. */
const deadHosts = /^\s*(?:mirrorlist|baseurl)\s*=\s*https?:\/\/mirror(?:list)?\.centos\.org\//;

/** Folders of the vault by the names of CentOS 7's own repositories. */
const folders: Readonly<Record<string, string>> = {
  base: 'os',
  updates: 'updates',
  extras: 'extras',
};

/**
 * Options of yum(8) that put the vault in place of CentOS 7's base repositories, for one run and without touching the
 * host's files. None when `repoFile` (CentOS-Base.repo) does not name the servers that are gone, such as after someone
 * has put a mirror there.
 */
export function vaultOptions(repoFile: string): readonly string[] {
  return deadRepositories(repoFile).flatMap((id) => [
    `--setopt=${id}.baseurl=${vault}/${folders[id] ?? id}/$basearch/`,
    // An empty list: yum has no way to say that there is none.
    `--setopt=${id}.mirrorlist=file:///dev/null`,
  ]);
}

function deadRepositories(repoFile: string): readonly string[] {
  const dead = new Set<string>();
  let id = '';
  for (const line of repoFile.split('\n')) {
    id = /^\s*\[([^\]]+)\]/.exec(line)?.[1] ?? id;
    if (folders[id] !== undefined && deadHosts.test(line)) dead.add(id);
  }
  return [...dead];
}
