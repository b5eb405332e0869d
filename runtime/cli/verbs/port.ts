import { BerthError } from '../../errors/berth-error.ts';
import { segment } from '../client/client.ts';
import { fieldsOf, listOf, optionalText } from '../client/fields.ts';
import { prettyJson } from '../formats.ts';
import { defineVerb } from '../verb.ts';

interface PortOptions {
  readonly json?: true;
}

/** Where a port of the container is on the host: `address:port`. */
function places(bindings: unknown): readonly string[] {
  return listOf(bindings, 'bindings').map((value) => {
    const binding = fieldsOf(value, 'binding');
    const [address, port] = [optionalText(binding, 'HostIp'), optionalText(binding, 'HostPort')];
    return `${address.includes(':') ? `[${address}]` : address}:${port}`;
  });
}

/** `berth port`: shows where the ports of a container are on the host. */
export const port = defineVerb<PortOptions>({
  define: (command) => {
    command
      .argument('<container>', 'container')
      .argument('[port]', 'this port only, such as 80/tcp')
      .option('--json', "print the API's answer");
  },
  run: async ({ context, client, args, options }) => {
    const { output } = context.console;
    const [name = '', wanted] = args;
    const path = `/containers/${segment(name)}/json`;
    const container = fieldsOf(await client.json({ method: 'GET', path }), 'container');
    const ports = fieldsOf(
      fieldsOf(container['NetworkSettings'], 'network')['Ports'] ?? {},
      'ports',
    );
    if (options.json) {
      await output.write(prettyJson(ports));
      return 0;
    }
    if (wanted === undefined) {
      const lines = Object.entries(ports).flatMap(([from, to]) =>
        to === null ? [] : places(to).map((place) => `${from} -> ${place}\n`),
      );
      await output.write(lines.sort().join(''));
      return 0;
    }
    const bindings = ports[wanted.includes('/') ? wanted : `${wanted}/tcp`];
    if (bindings === undefined || bindings === null) {
      throw new BerthError('OBJECT_NOT_FOUND', {
        message: `no public port '${wanted}' published for ${name}`,
        remedy: `See which there are with: berth port ${name}`,
        details: { name: wanted },
      });
    }
    await output.write(
      places(bindings)
        .map((place) => `${place}\n`)
        .join(''),
    );
    return 0;
  },
});
