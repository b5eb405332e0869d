import { z } from 'zod';

import type { HttpResponse } from '../host/http-request.ts';

/** The body of a registry's error (distribution-spec 1.1, "Error Codes"). */
const errorBodySchema = z.looseObject({
  errors: z
    .array(
      z.looseObject({
        code: z.string().default('UNKNOWN'),
        message: z.string().nullish(),
      }),
    )
    .min(1),
});

/** Docker Hub's token service and others. */
const detailsBodySchema = z.looseObject({ details: z.string() });

const maxErrorBytes = 64 * 1024;

/** What is said of a status when the answer has nothing to say: a HEAD has no body. Docker's words. */
const ownWords = new Map([
  [401, { code: 'UNAUTHORIZED', text: 'unauthorized: authentication required' }],
  [403, { code: 'DENIED', text: 'denied: requested access to the resource is denied' }],
]);

/** Why a registry refused. */
export interface Explanation {
  /** On one line: `denied: requested access to the resource is denied`. */
  readonly text: string;
  /** The registry's codes: `DENIED`. */
  readonly codes: readonly string[];
}

/** Reads at most `maxBytes` of a body; `undefined` when there is more. */
export async function readLimited(
  body: AsyncIterable<unknown>,
  maxBytes: number,
): Promise<Buffer | undefined> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of body) {
    const bytes = chunk as Uint8Array;
    sizeBytes += bytes.byteLength;
    if (sizeBytes > maxBytes) return undefined;
    chunks.push(bytes);
  }
  return Buffer.concat(chunks);
}

/** What the registry itself says of an error. Reads the body. */
export async function explanationOf(response: HttpResponse): Promise<Explanation> {
  const bytes = await readLimited(response.body, maxErrorBytes).catch(() => undefined);
  const body = parse(bytes?.toString('utf8') ?? '');
  const said = errorBodySchema.safeParse(body).data?.errors.map(({ code, message }) => {
    const name = code.toLowerCase().replaceAll('_', ' ');
    return { code, text: message ? `${name}: ${oneLine(message)}` : name };
  });
  const challenge = ofChallenge(response.headers['www-authenticate'] ?? '');
  // A token that allows too little is told in the challenge; the body then only asks for authentication.
  const all = challenge === undefined ? (said ?? []) : [challenge];
  if (all.length > 0) {
    const texts = [...new Set(all.map(({ text }) => text))];
    return { text: texts.join('; '), codes: all.map(({ code }) => code) };
  }
  const details = detailsBodySchema.safeParse(body).data?.details;
  const own = ownWords.get(response.status);
  if (details !== undefined && own !== undefined)
    return { text: `${own.code.toLowerCase()}: ${oneLine(details)}`, codes: [own.code] };
  // Proxies answer with pages of their own.
  return own === undefined
    ? { text: `status ${response.status}`, codes: [] }
    : { text: own.text, codes: [own.code] };
}

function ofChallenge(header: string): { readonly code: string; readonly text: string } | undefined {
  const error = /\berror="(invalid_token|insufficient_scope)"/.exec(header)?.[1];
  if (error === undefined) return undefined;
  const own = ownWords.get(error === 'invalid_token' ? 401 : 403);
  const described = /\berror_description="([^"]+)"/.exec(header)?.[1];
  if (own === undefined) return undefined;
  const { code, text } = own;
  return { code, text: described ? `${code.toLowerCase()}: ${oneLine(described)}` : text };
}

function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ').trim();
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
