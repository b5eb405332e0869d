import { isAbsolute, join } from 'node:path';
import { BerthError } from '../../errors/berth-error.ts';
import { readTextIfExists } from '../../host/files.ts';
import { defaultContext } from '../contexts/context-store.ts';
import { defineLocalVerb } from '../contexts/local-verb.ts';

interface ContextCreateOptions {
  readonly description?: string;
  readonly docker?: string;
}

const wantedFields = ['host', 'ca', 'cert', 'key', 'skip-tls-verify'];

/** `berth context create`: makes a context; certificates are copied. */
export const contextCreate = defineLocalVerb<ContextCreateOptions>({
  define: (command) => {
    command
      .argument('<context>', 'its name')
      .option('--description <text>', 'what it is for')
      .option(
        '--docker <fields>',
        'such as host=tcp://host:2376,ca=ca.pem,cert=cert.pem,key=key.pem',
      );
  },
  run: async ({ context, store, args, options }) => {
    const [name = ''] = args;
    if (!/^[a-zA-Z0-9][\w.+-]+$/.test(name) || name === defaultContext) {
      throw new BerthError('CONTEXT_INVALID', {
        message: `a context cannot be called '${name}', wanted letters, digits and "_.+-", and not "default"`,
        remedy: 'Choose another name.',
        details: { name },
      });
    }
    if (await store.has(name)) {
      throw new BerthError('CONTEXT_INVALID', {
        message: `there is a context '${name}' already`,
        remedy: `Choose another name, or remove it: berth context rm ${name}`,
        details: { name },
      });
    }
    const fields = parseFields(options.docker ?? '');
    const host = fields.get('host') ?? '';
    if (!/^(?:unix:\/\/\/|tcp:\/\/.|ssh:\/\/.)/.test(host)) throw invalid('host', host);
    const read = (field: string): Promise<string | undefined> =>
      readGiven(field, fields.get(field), context.workingDirectory);
    const [authority, certificate, key] = await Promise.all([
      read('ca'),
      read('cert'),
      read('key'),
    ]);
    const { description = '' } = options;
    const skipTlsVerify = fields.get('skip-tls-verify') === 'true';
    await store.put({ name, description, host, skipTlsVerify }, { authority, certificate, key });
    await context.console.output.write(`${name}\n`);
    return 0;
  },
});

function parseFields(text: string): ReadonlyMap<string, string> {
  const fields = new Map<string, string>();
  for (const part of text.split(',').filter((each) => each !== '')) {
    const at = part.indexOf('=');
    const [name, value] = [part.slice(0, Math.max(0, at)), part.slice(at + 1)];
    if (!wantedFields.includes(name)) throw invalid(name, value);
    fields.set(name, value);
  }
  return fields;
}

async function readGiven(
  field: string,
  path: string | undefined,
  folder: string,
): Promise<string | undefined> {
  if (path === undefined) return undefined;
  const text = await readTextIfExists(isAbsolute(path) ? path : join(folder, path));
  if (text?.includes('-----BEGIN ')) return text;
  throw invalid(field, path);
}

function invalid(field: string, value: string): BerthError {
  return new BerthError('OPTION_INVALID', {
    message: `--docker has '${value}' as '${field}', wanted host=unix:///path, tcp://host:port or ssh://host, PEM files as ca, cert and key, and perhaps skip-tls-verify=true`,
    remedy: 'For example: --docker host=ssh://root@host',
    details: { field, value },
  });
}
