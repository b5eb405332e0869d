import { createHash } from 'node:crypto';
import type { ApiClient } from '../client/client.ts';
import { segment } from '../client/client.ts';
import type { Fields } from '../client/fields.ts';
import { fieldsAt, fieldsOf, listOf, optionalText, textAt } from '../client/fields.ts';
import { splitImageName } from '../client/reference.ts';
import { registryAuth } from '../credentials/auth-header.ts';
import { BerthError } from '../../errors/berth-error.ts';
import { defineVerb } from '../verb.ts';

interface ManifestInspectOptions {
  readonly verbose?: true;
}

/** A manifest as the registry has it. */
interface RawManifest {
  readonly reference: string;
  readonly text: string;
  readonly fields: Fields;
}

function parse(reference: string, text: string): RawManifest {
  try {
    return { reference, text, fields: fieldsOf(JSON.parse(text), 'manifest') };
  } catch (cause) {
    throw new BerthError('API_RESPONSE_INVALID', {
      message: `the manifest of '${reference}' is '${text.slice(0, 80)}', wanted a JSON object`,
      cause,
    });
  }
}

/** As `docker manifest inspect -v` shows one: with its digest, its size and the platform that its index gives it. */
function described({ reference, text, fields }: RawManifest, platform: Fields): object {
  const mediaType =
    optionalText(fields, 'mediaType') || 'application/vnd.oci.image.manifest.v1+json';
  return {
    Ref: reference,
    Descriptor: {
      mediaType,
      digest: `sha256:${createHash('sha256').update(text).digest('hex')}`,
      size: Buffer.byteLength(text),
      ...(Object.keys(platform).length === 0 ? {} : { platform }),
    },
    [mediaType.includes('docker') ? 'SchemaV2Manifest' : 'OCIManifest']: fields,
  };
}

async function verbose(
  fetch: (reference: string) => Promise<RawManifest>,
  top: RawManifest,
): Promise<unknown> {
  if (top.fields['manifests'] === undefined) return described(top, {});
  const { name } = splitImageName(top.reference);
  const all: object[] = [];
  for (const each of listOf(top.fields['manifests'], 'manifests')) {
    const descriptor = fieldsOf(each, 'manifests');
    const manifest = await fetch(`${name}@${textAt(descriptor, 'digest')}`);
    all.push(described(manifest, fieldsAt(descriptor, 'platform')));
  }
  return all;
}

/** `berth manifest inspect`: prints a manifest or index as the registry has it. The image need not be here. */
export const manifestInspect = defineVerb<ManifestInspectOptions>({
  define: (command) => {
    command
      .argument('<image>', 'name, with a tag or digest')
      .option('-v, --verbose', 'with digest, size and platform; of an index all its manifests');
  },
  run: async ({ context, client, args, options }) => {
    const [image = ''] = args;
    const headers = await registryAuth(context, image);
    const fetch = async (reference: string): Promise<RawManifest> =>
      parse(reference, await fetchManifest(client, reference, headers));
    const top = await fetch(image);
    const shown = options.verbose ? await verbose(fetch, top) : top.fields;
    await context.console.output.write(`${JSON.stringify(shown, undefined, '\t')}\n`);
    return 0;
  },
});

function fetchManifest(
  client: ApiClient,
  reference: string,
  headers: Readonly<Record<string, string>>,
): Promise<string> {
  const path = `/berth/manifests/${segment(reference)}`;
  return client.text({ method: 'GET', path, headers });
}
