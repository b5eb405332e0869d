import { createHash } from 'node:crypto';
import { dirname, join } from 'node:path';
import { BerthError, messageOf } from '../../errors/berth-error.ts';
import { listFolder, orIfMissing, readTextIfExists, rm, writeFileWhole } from '../../host/files.ts';
import { makeFolders } from '../../host/make-folders.ts';
import { type Fields, fieldsAt, fieldsOf, flagAt, optionalText } from '../client/fields.ts';

/** The context of those who name none; it is in no file. */
export const defaultContext = 'default';

/** A context as docker's client keeps it. */
export interface StoredContext {
  readonly name: string;
  readonly description: string;
  /** Such as `unix:///path`, `tcp://host:2376` or `ssh://user@host`. */
  readonly host: string;
  readonly skipTlsVerify: boolean;
}

/** Certificates of a context, PEM. */
export interface ContextTls {
  readonly authority?: string | undefined;
  readonly certificate?: string | undefined;
  readonly key?: string | undefined;
}

const fileNames = { authority: 'ca.pem', certificate: 'cert.pem', key: 'key.pem' } as const;

/**
 * Docker's contexts (docker/cli, cli/context/store): `contexts/meta/<sha256 of the name>/meta.json`, with certificates in
 * `contexts/tls/<the same>/docker/`.
 */
export class ContextStore {
  readonly #root: string;

  /** @param configPath docker's config.json, which the folder is beside */
  constructor(configPath: string) {
    this.#root = join(dirname(configPath), 'contexts');
  }

  /** All, by name. @throws CONTEXT_INVALID */
  async list(): Promise<readonly StoredContext[]> {
    const folders = await orIfMissing(listFolder(join(this.#root, 'meta')), []);
    const all = await Promise.all(folders.map((folder) => this.#read(folder)));
    const found = all.filter((each) => each !== undefined);
    return found.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  }

  /** @throws CONTEXT_NOT_FOUND, CONTEXT_INVALID */
  async get(name: string): Promise<StoredContext> {
    const found = await this.#read(idOf(name));
    if (found !== undefined) return found;
    throw new BerthError('CONTEXT_NOT_FOUND', {
      message: `there is no context '${name}'`,
      remedy: 'See the contexts that there are: berth context ls',
      details: { name },
    });
  }

  /** Whether there is one. */
  async has(name: string): Promise<boolean> {
    return (await this.#read(idOf(name))) !== undefined;
  }

  async tls(name: string): Promise<ContextTls> {
    const read = (file: string): Promise<string | undefined> =>
      readTextIfExists(join(this.#tlsFolder(name), file));
    const [authority, certificate, key] = await Promise.all([
      read(fileNames.authority),
      read(fileNames.certificate),
      read(fileNames.key),
    ]);
    return { authority, certificate, key };
  }

  /** Writes one, certificates first: its file makes it exist. */
  async put(context: StoredContext, tls: ContextTls): Promise<void> {
    const { name, description, host, skipTlsVerify } = context;
    const files = Object.entries(tls) as [keyof ContextTls, string | undefined][];
    for (const [what, text] of files) {
      if (text === undefined) continue;
      await makeFolders(this.#tlsFolder(name), 0o700);
      await write(join(this.#tlsFolder(name), fileNames[what]), text, 0o600);
    }
    const metadata = description === '' ? {} : { Description: description };
    const docker = { Host: host, SkipTLSVerify: skipTlsVerify };
    const folder = join(this.#root, 'meta', idOf(name));
    await makeFolders(folder, 0o755);
    const all = { Name: name, Metadata: metadata, Endpoints: { docker } };
    await write(join(folder, 'meta.json'), JSON.stringify(all), 0o644);
  }

  async remove(name: string): Promise<void> {
    const options = { recursive: true, force: true } as const;
    await rm(join(this.#root, 'meta', idOf(name)), options);
    await rm(join(this.#root, 'tls', idOf(name)), options);
  }

  /** Where its parts are, for `inspect`. */
  folders(name: string): { readonly MetadataPath: string; readonly TLSPath: string } {
    const [meta, tls] = [join(this.#root, 'meta', idOf(name)), join(this.#root, 'tls', idOf(name))];
    return { MetadataPath: meta, TLSPath: tls };
  }

  #tlsFolder(name: string): string {
    return join(this.#root, 'tls', idOf(name), 'docker');
  }

  async #read(id: string): Promise<StoredContext | undefined> {
    const path = join(this.#root, 'meta', id, 'meta.json');
    const text = await readTextIfExists(path);
    if (text === undefined) return undefined;
    try {
      const fields = fieldsOf(JSON.parse(text), 'context');
      const docker: Fields = fieldsAt(fieldsAt(fields, 'Endpoints'), 'docker');
      return {
        name: optionalText(fields, 'Name'),
        description: optionalText(fieldsAt(fields, 'Metadata'), 'Description'),
        host: optionalText(docker, 'Host'),
        skipTlsVerify: flagAt(docker, 'SkipTLSVerify'),
      };
    } catch (cause) {
      throw new BerthError('CONTEXT_INVALID', {
        message: `'${path}' is no context (${messageOf(cause)}), wanted JSON as docker's client writes it`,
        remedy: 'Correct it, or remove its folder.',
        details: { path },
        cause,
      });
    }
  }
}

function idOf(name: string): string {
  return createHash('sha256').update(name).digest('hex');
}

function write(path: string, text: string, mode: number): Promise<void> {
  return writeFileWhole(path, text, { mode, durability: 'disk' });
}
