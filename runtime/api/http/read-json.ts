import type { Readable } from 'node:stream';

import type { z } from 'zod';

import { BerthError } from '../../errors/berth-error.ts';
import { withSchemaKeys } from './schema-keys.ts';

/** Far more than any container configuration; archives are streamed and do not come here. */
const maximumBodyBytes = 16 * 1024 * 1024;

/** Reads a whole body. @throws API_BODY_TOO_LARGE */
async function readText(body: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  const whole = Promise.withResolvers<undefined>();
  body.on('data', (chunk: Buffer) => {
    length += chunk.length;
    // The rest is read, so that there is still a client to be told.
    if (length > maximumBodyBytes) whole.reject(tooLarge());
    else chunks.push(chunk);
  });
  body.once('end', () => {
    whole.resolve(undefined);
  });
  body.once('error', whole.reject);
  await whole.promise;
  return Buffer.concat(chunks).toString('utf8');
}

function tooLarge(): BerthError {
  return new BerthError('API_BODY_TOO_LARGE', {
    message: `the request body is larger than ${maximumBodyBytes} bytes`,
    remedy: 'Send less.',
  });
}

function invalid(message: string, details: Readonly<Record<string, unknown>> = {}): BerthError {
  return new BerthError('API_REQUEST_INVALID', {
    message,
    remedy: 'Correct the request body; https://docs.docker.com/reference/api/engine/ describes it.',
    details,
  });
}

/** What a request's `Content-Type` must be for its body to be read as JSON. @throws API_REQUEST_INVALID */
function refuseUnlessJson(contentType: string | undefined): void {
  const type = contentType?.split(';', 1)[0]?.trim().toLowerCase() ?? '';
  if (type === 'application/json') return;
  throw new BerthError('API_REQUEST_INVALID', {
    message: `unsupported Content-Type header (${type}): must be 'application/json'`,
    remedy: 'Send the header "Content-Type: application/json".',
    details: { contentType: type },
  });
}

/**
 * Reads a JSON body and checks it.
 *
 * @throws API_REQUEST_INVALID it is no JSON, or a field has a wrong type: the message names the field
 * @throws API_BODY_TOO_LARGE
 */
export async function readJson<Schema extends z.ZodType>(
  body: Readable,
  contentType: string | undefined,
  schema: Schema,
): Promise<z.output<Schema>> {
  refuseUnlessJson(contentType);
  const text = await readText(body);
  if (text.trim() === '') throw invalid('invalid JSON: got EOF while reading request body');
  return parse(text, schema);
}

/** As `readJson`, for a body that may be left out: `undefined` for none, and for `null`. */
export async function readOptionalJson<Schema extends z.ZodType>(
  body: Readable,
  contentType: string | undefined,
  schema: Schema,
): Promise<z.output<Schema> | undefined> {
  const text = (await readText(body)).trim();
  if (text === '') return undefined;
  refuseUnlessJson(contentType);
  return text === 'null' ? undefined : parse(text, schema);
}

function parse<Schema extends z.ZodType>(text: string, schema: Schema): z.output<Schema> {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : '';
    // In Docker's words.
    throw invalid(
      `invalid JSON: ${why.replace('Unexpected non-whitespace character', 'unexpected content')}`,
    );
  }
  const parsed = schema.safeParse(withSchemaKeys(schema, json));
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map((issue) => ({
    field: issue.path.join('.'),
    problem: issue.message,
  }));
  const words = problems.map(({ field, problem }) => `${field || 'body'}: ${problem}`).join('; ');
  throw invalid(`invalid JSON: ${words}`, { problems });
}
