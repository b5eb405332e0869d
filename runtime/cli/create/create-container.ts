import { BerthError } from '../../errors/berth-error.ts';
import { exists, writeFileWhole } from '../../host/files.ts';
import { isApiStatus } from '../client/failure.ts';
import { fieldsOf, textAt, textsAt } from '../client/fields.ts';
import { splitImageName } from '../client/reference.ts';
import { pullImage } from '../pull-image.ts';
import type { VerbInput } from '../verb.ts';
import { createBody } from './create-body.ts';
import { collectEnvironment } from './environment.ts';
import { collectLabels } from './labels.ts';
import type { RunOptions } from './run-options.ts';
import { securityRequest } from './security-options.ts';

type Input = VerbInput<RunOptions>;

async function pull(
  { client, context, options }: Input,
  image: string,
  signal: AbortSignal,
): Promise<void> {
  const output = options.quiet ? undefined : context.console.errors;
  await pullImage({ context, client, image, platform: options.platform, output, signal });
}

async function create({ client, context, options }: Input, body: unknown): Promise<string> {
  // Not interruptible: a request given up half-way could leave a container whose id nobody knows.
  const answer = await client.json({
    method: 'POST',
    path: '/containers/create',
    query: { name: options.name, platform: options.platform },
    body,
  });
  const fields = fieldsOf(answer, 'container');
  for (const warning of textsAt(fields, 'Warnings')) {
    await context.console.errors.write(`WARNING: ${warning}\n`);
  }
  return textAt(fields, 'Id');
}

async function createOrPull(input: Input, body: unknown, signal: AbortSignal): Promise<string> {
  const image = input.args[0] ?? '';
  if (input.options.pull === 'always') await pull(input, image, signal);
  try {
    return await create(input, body);
  } catch (error) {
    if (input.options.pull !== 'missing' || !isApiStatus(error, 404)) throw error;
    const { name, tag } = splitImageName(image);
    if (!input.options.quiet)
      await input.context.console.errors.write(`Unable to find image '${name}:${tag}' locally\n`);
    await pull(input, image, signal);
    return create(input, body);
  }
}

async function refuseExisting(cidfile: string): Promise<void> {
  if (!(await exists(cidfile))) return;
  throw new BerthError('OPTION_INVALID', {
    message: `--cidfile is '${cidfile}', which exists, wanted a file that is yet to be made`,
    remedy: 'Remove it, or see with its id whether its container still runs.',
  });
}

/**
 * Makes the container of a `berth create` or `run`, and pulls its image when the options say so. Returns the id.
 *
 * @throws OPTION_INVALID, IMAGE_PULL_FAILED, or what the daemon refuses with
 */
export async function createContainer(input: Input, signal: AbortSignal): Promise<string> {
  const { context, options, args } = input;
  const [image = '', ...command] = args;
  if (options.cidfile !== undefined) await refuseExisting(options.cidfile);
  const terminalSize = context.console.output.size();
  const body = createBody({
    image,
    command,
    options,
    environment: await collectEnvironment(options, context.env),
    labels: await collectLabels(options),
    security: await securityRequest(options.securityOpt),
    workingDirectory: context.workingDirectory,
    ...(terminalSize === undefined ? {} : { terminalSize }),
  });
  const id = await createOrPull(input, body, signal);
  if (options.cidfile !== undefined) {
    await writeFileWhole(options.cidfile, id, { mode: 0o644, durability: 'memory' });
  }
  return id;
}
