import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';

const main = fileURLToPath(new URL('../../../scripts/main.ts', import.meta.url));

interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the `berth` command as a user types it, whose locale and daemon's address are as said. */
function berth(
  argv: readonly string[],
  options: { readonly lang?: string; readonly nodeOptions?: readonly string[] } = {},
): Promise<Ended> {
  const { lang = 'zh_CN.UTF-8', nodeOptions = [] } = options;
  const env = {
    PATH: process.env['PATH'],
    LANG: lang,
    BERTH_HOST: 'unix:///nowhere.sock',
    NODE_COMPILE_CACHE: process.env['NODE_COMPILE_CACHE'],
  };
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [...nodeOptions, main, ...argv],
      { env },
      (error, stdout, stderr) => {
        resolve({ exitCode: error === null ? 0 : Number(error.code), stdout, stderr });
      },
    );
  });
}

describe('wrong use is answered in Chinese, and a program by the same code', () => {
  test.each([
    [['up', '--yess'], 2, 'USAGE: 未知选项"--yess"；您是否想用 --yes？', '"berth up --help"'],
    [['up', 'there'], 2, 'USAGE: "up"的参数过多：应为 0 个，实际为 1 个', '"berth up --help"'],
    [['daemon', 'dance'], 2, 'USAGE: 参数"action"的值"dance"无效；', '"berth daemon --help"'],
    [['run', '--bad'], 125, 'RUN_USAGE: 未知选项"--bad"', '"berth run --help"'],
    [['image', 'rm'], 2, 'USAGE: 缺少必需的参数"image"', '"berth image rm --help"'],
    [['image', 'lss'], 2, 'USAGE: "berth image"没有"lss"这个子命令', '"berth image --help"'],
    [['ps'], 1, 'DAEMON_UNREACHABLE: "unix:///nowhere.sock"没有守护进程应答', 'berth up'],
    [['run', 'x'], 125, 'DAEMON_UNREACHABLE: "unix:///nowhere.sock"没有守护进程应答', 'berth up'],
  ])('%j', async (argv, exitCode, message, remedy) => {
    const ended = await berth(argv);
    expect(ended).toMatchObject({ exitCode, stdout: '' });
    const [first, second] = ended.stderr.split('\n');
    expect(first).toMatch(/^berth: /);
    expect(first).toContain(message);
    expect(second).toMatch(/^ {2}解决办法：/);
    expect(second).toContain(remedy);
  });
});

describe('help is in Chinese', () => {
  test.each([
    [['--help'], '用法：berth [选项] [命令]'],
    [['fleet', '--help'], '用法：berth fleet [选项] <action> [hosts...]'],
    [['run', '--help'], '用法：berth run [选项] <image> [command...]'],
    [['image'], '用法：berth image [选项] [verb] [arguments...]'],
    [['image', 'ls', '--help'], '用法：berth image ls [选项] [repository[:tag]]'],
  ])('%j', async (argv, usage) => {
    const { stdout, exitCode } = await berth(argv);
    expect(exitCode).toBe(0);
    expect(stdout.split('\n')[0]).toBe(usage);
    expect(stdout).not.toMatch(/Usage:|Options:|Commands:|Arguments:|Verbs:|display help|default:/);
    // Every line that names something says in Chinese what it is.
    const entries = stdout.split('\n').filter((line) => /^ {2}\S.* {2}\S/.test(line));
    expect(entries.length).toBeGreaterThan(2);
    expect(entries.filter((line) => !/\p{Script=Han}/u.test(line))).toEqual([]);
  });

  test('and as it was where the language is English', async () => {
    const { stdout } = await berth(['run', '--help'], { lang: 'C.UTF-8' });
    expect(stdout).toMatch(/^Usage: berth run \[options\] <image> \[command\.\.\.\]\n/);
    expect(stdout).toContain('  --help                                 display help for command\n');
    expect(stdout).toContain('(choices: "missing", "always", "never", default: "missing")');
  });
});

/** Tells, at its end, which files of messages/chinese/ a process has loaded. */
const watcher = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module';
  const loaded = [];
  registerHooks({ load: (url, context, next) => { loaded.push(url); return next(url, context); } });
  process.on('exit', () => {
    const count = loaded.filter((url) => /messages.(chinese|error-words)/.test(url)).length;
    process.stderr.write('translations loaded: ' + count + '\\n');
  });
`)}`;

test.each([
  [['ps'], 'C.UTF-8', /translations loaded: 0$/m],
  [['ps', '--help'], 'C.UTF-8', /translations loaded: 0$/m],
  [['ps', '--help'], 'zh_CN.UTF-8', /translations loaded: [1-9]/],
])('%j in %s: translations are loaded when something is said in them', async (argv, lang, told) => {
  const { stderr } = await berth(argv, { lang, nodeOptions: ['--import', watcher] });
  expect(stderr).toMatch(told);
});
