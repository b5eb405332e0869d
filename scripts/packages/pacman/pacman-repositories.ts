import { readTextIfExists } from '../../../runtime/host/files.ts';
import { includeLine, pacmanRepo } from '../../../templates/pacman-repo.ts';
import { runChecked } from '../../host/commands.ts';
import { keyConflict } from '../key-conflict.ts';
import { armouredKey } from '../openpgp/armour.ts';
import { parseOpenPgpKeys, requireKeyFingerprint } from '../openpgp-key.ts';
import type { RepositoryConflict, RepositoryFormat } from '../repository-format.ts';
import { isSameUrl } from '../same-url.ts';

const configuration = '/etc/pacman.conf';
const keyPath = (id: string): string => `/etc/pacman.d/${id}.asc`;
const dropInPath = (id: string): string => `/etc/pacman.d/${id}.conf`;

/** The configuration with a line that includes the drop-in, which pacman.conf(5) has no folder for. */
function withInclude(content: string, id: string): string {
  const line = includeLine(dropInPath(id));
  if (content.split('\n').includes(line)) return content;
  const separator = content === '' || content.endsWith('\n') ? '' : '\n';
  return `${content}${separator}${line}\n`;
}

/** Repositories of pacman: a file of their own, included by pacman.conf, and a key that is signed locally. */
export const pacmanRepositories: RepositoryFormat = {
  sharedFiles: [configuration],
  files: ({ repository, key, texts }) => {
    const { id, title, baseUrl, keyFingerprints, keyUrl } = repository;
    requireKeyFingerprint(key, { fingerprints: keyFingerprints, source: keyUrl });
    const content = withInclude(texts.get(configuration) ?? '', id);
    return [
      { path: keyPath(id), content: armouredKey(key), mode: 0o644 },
      { path: dropInPath(id), content: pacmanRepo({ id, title, baseUrl }), mode: 0o644 },
      { path: configuration, content, mode: 0o644 },
    ];
  },
  conflicts: async (host, repository, key) => {
    const text = (await readTextIfExists(host.path(configuration))) ?? '';
    const entries = text.split('\n').flatMap((line, index): readonly RepositoryConflict[] => {
      const at = { path: configuration, line: index + 1, seen: line.trim() };
      const server = /^\s*Server\s*=\s*(\S+)/.exec(line)?.[1];
      if (server !== undefined && isSameUrl(server, repository.baseUrl)) {
        return [{ ...at, kind: 'same' }];
      }
      return line.trim() === `[${repository.id}]` ? [{ ...at, kind: 'same-id' }] : [];
    });
    return [...entries, ...(await keyConflict(host, { path: keyPath(repository.id), key }))];
  },
  trusted: async (host, key) => {
    const trusted: string[] = [];
    for (const { fingerprint } of parseOpenPgpKeys(key)) {
      const { exitCode } = await host.run('pacman-key', ['--finger', fingerprint]);
      if (exitCode === 0) trusted.push(fingerprint);
    }
    return trusted;
  },
  trust: async (host, { path, content }) => {
    await runChecked(host.run, ['pacman-key', '--add', path]);
    for (const { fingerprint } of parseOpenPgpKeys(Buffer.from(content))) {
      await runChecked(host.run, ['pacman-key', '--lsign-key', fingerprint]);
    }
  },
  distrust: async (host, fingerprints) => {
    for (const fingerprint of fingerprints) {
      await runChecked(host.run, ['pacman-key', '--delete', fingerprint]);
    }
  },
};
