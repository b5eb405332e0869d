import { Option } from 'commander';
import type { Fields } from '../client/fields.ts';
import { fieldsOf, listOf, optionalNumber, optionalText, textsAt } from '../client/fields.ts';
import { prettyJson } from '../formats.ts';
import type { Fact } from '../render/facts.ts';
import { renderFacts } from '../render/facts.ts';
import { binarySize } from '../render/size.ts';
import { defineVerb } from '../verb.ts';

interface InfoOptions {
  readonly format?: 'json';
  readonly json?: true;
}

/** The daemon's pairs of name and value, such as `[["Backing Filesystem", "extfs"]]`. */
function pairs(value: unknown): readonly Fact[] {
  return listOf(value, 'DriverStatus').map((pair) => {
    const [name, text] = listOf(pair, 'DriverStatus').map(String);
    return { name: name ?? '', value: text ?? '' };
  });
}

function facts(info: Fields): readonly Fact[] {
  const text = (name: string, key: string): Fact => ({ name, value: optionalText(info, key) });
  const count = (name: string, key: string): Fact => ({ name, value: optionalNumber(info, key) });
  return [
    count('Containers', 'Containers'),
    count(' Running', 'ContainersRunning'),
    count(' Paused', 'ContainersPaused'),
    count(' Stopped', 'ContainersStopped'),
    count('Images', 'Images'),
    text('Server Version', 'ServerVersion'),
    text('Storage Driver', 'Driver'),
    ...pairs(info['DriverStatus']).map((fact) => ({ ...fact, name: ` ${fact.name}` })),
    text('Logging Driver', 'LoggingDriver'),
    text('Cgroup Driver', 'CgroupDriver'),
    text('Cgroup Version', 'CgroupVersion'),
    text('Default Runtime', 'DefaultRuntime'),
    { name: 'Security Options', value: textsAt(info, 'SecurityOptions').join(' ') },
    text('Kernel Version', 'KernelVersion'),
    text('Operating System', 'OperatingSystem'),
    text('OSType', 'OSType'),
    text('Architecture', 'Architecture'),
    count('CPUs', 'NCPU'),
    { name: 'Total Memory', value: binarySize(optionalNumber(info, 'MemTotal')) },
    text('Name', 'Name'),
    text('ID', 'ID'),
    text('Root Dir', 'DockerRootDir'),
  ];
}

/** `berth info`: prints what the daemon knows of itself and its host. */
export const info = defineVerb<InfoOptions>({
  define: (command) => {
    command
      .addOption(new Option('-f, --format <format>', 'json is the only one').choices(['json']))
      .option('--json', 'print as JSON');
  },
  run: async ({ context, client, options }) => {
    const { output, errors } = context.console;
    const answer = fieldsOf(await client.json({ method: 'GET', path: '/info' }), 'info');
    if (options.json === true || options.format === 'json') {
      await output.write(prettyJson(answer));
      return 0;
    }
    await output.write(renderFacts(facts(answer)));
    for (const warning of textsAt(answer, 'Warnings')) await errors.write(`${warning}\n`);
    return 0;
  },
});
