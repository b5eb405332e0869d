import { defaultAddress } from '../client/endpoint.ts';
import { contextInUse } from '../contexts/choose-context.ts';
import { type ContextStore, defaultContext } from '../contexts/context-store.ts';
import { defineLocalVerb } from '../contexts/local-verb.ts';
import { prettyJson } from '../formats.ts';
import type { EngineContext } from '../context.ts';

/** `berth context inspect`: prints contexts with docker's keys; without a name, the one in use. */
export const contextInspect = defineLocalVerb<object>({
  define: (command) => {
    command.argument('[context...]', 'contexts (default: the one in use)');
  },
  run: async ({ context, store, args }) => {
    const names = args.length === 0 ? [await contextInUse(context.env)] : args;
    const all = await Promise.all(names.map((name) => inspect(name, store, context)));
    await context.console.output.write(prettyJson(all));
    return 0;
  },
});

async function inspect(name: string, store: ContextStore, { env }: EngineContext): Promise<object> {
  if (name === defaultContext) {
    const host = env['BERTH_HOST'] || env['DOCKER_HOST'] || defaultAddress;
    return view({ name, description: '', host, skipTlsVerify: false }, {});
  }
  const found = await store.get(name);
  const { authority, certificate, key } = await store.tls(name);
  const files = [
    ...(authority === undefined ? [] : ['ca.pem']),
    ...(certificate === undefined ? [] : ['cert.pem']),
    ...(key === undefined ? [] : ['key.pem']),
  ];
  return {
    ...view(found, files.length === 0 ? {} : { docker: files }),
    Storage: store.folders(name),
  };
}

function view(
  { name, description, host, skipTlsVerify }: Awaited<ReturnType<ContextStore['get']>>,
  material: object,
): object {
  return {
    Name: name,
    Metadata: description === '' ? {} : { Description: description },
    Endpoints: { docker: { Host: host, SkipTLSVerify: skipTlsVerify } },
    TLSMaterial: material,
    Storage: { MetadataPath: '<IN MEMORY>', TLSPath: '<IN MEMORY>' },
  };
}
