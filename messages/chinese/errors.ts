import type { ErrorCode } from '../../runtime/errors/catalogue.ts';
import { configKinds, networkKinds, refusedKinds } from './config-kinds.ts';
import { byProblem, from, quoted, type ErrorTranslation } from './error-translation.ts';
import { kernelErrors } from './kernel-errors.ts';
import { sourceErrors } from './source-errors.ts';

const seeStatus = '用 berth status 查看守护进程是否仍在运行。';
const checkAddress = '请检查该地址属于 berth 或其他 Docker Engine API。';

/** What a value should be, as runtime/cli, runtime/config and templates/ name it. */
const kinds: Readonly<Record<string, string>> = {
  ...configKinds,
  ...networkKinds,
  ...refusedKinds,
  'a list': '列表',
  'a text': '字符串',
  'a number': '数字',
  'a list of texts': '字符串列表',
};

/** The English of them. */
export const wantedKinds: readonly string[] = Object.keys(kinds);

const kindOf = (english: string): string => kinds[english] ?? english;

/** What was wanted of keys of daemon.json, each in Chinese. */
function issuesOf(issues: unknown): readonly string[] {
  if (!Array.isArray(issues)) return [];
  return issues.map((issue: Readonly<Record<string, string | number | undefined>>) => {
    const key = String(issue['key']);
    const { line, column, near, why } = issue;
    const place = line === undefined ? '' : `第 ${String(line)} 行第 ${String(column)} 列：`;
    const meant = near === undefined ? '' : `（是否想写"${String(near)}"？）`;
    const name = key === '' ? '文件内容' : `"${key}"`;
    if (why !== undefined) return `${place}${name}无法使用：${String(why)}`;
    return `${place}${name}应为${kindOf(String(issue['wanted']))}${meant}`;
  });
}

/** What is wrong with a JSON text, by the parser's names. */
const jsonProblems: Readonly<Record<string, string>> = {
  InvalidSymbol: '这不是 JSON 的合法单词',
  InvalidNumberFormat: '这不是 JSON 的合法数字',
  PropertyNameExpected: '缺少双引号括起的键名（前面是否多了一个逗号？）',
  ValueExpected: '缺少值（前面是否多了一个逗号？）',
  ColonExpected: '缺少冒号',
  CommaExpected: '缺少逗号',
  CloseBraceExpected: '缺少右花括号',
  CloseBracketExpected: '缺少右方括号',
  EndOfFileExpected: '正文结束后仍有内容',
  UnexpectedEndOfComment: '注释没有结束',
  UnexpectedEndOfString: '字符串没有结束',
};

/** Names of the parser's problems that have a Chinese text. */
export const jsonProblemNames: readonly string[] = Object.keys(jsonProblems);

const correctFile = (path: string): string =>
  `请改正"${path}"（JSON 格式，可以有注释）或将其移走，然后重试。`;

/** The client of the engine's API, and its command line. */
const clientErrors = {
  DAEMON_UNREACHABLE: byProblem({
    absent: from(['address'], (p) => ({
      message: `"${p.address}"没有守护进程应答；berth 的 API 应在此提供服务`,
      remedy: '请用 berth up 启动它。',
    })),
    denied: from(['address'], (p) => ({
      message: `没有权限访问"${p.address}"；需要能够打开守护进程的套接字`,
      remedy: '请使用 sudo，或加入 berth 组后重新登录：sudo usermod -aG berth $USER',
    })),
  }),
  API_STREAM_BROKEN: byProblem({
    closed: from(['address'], (p) => ({
      message: `"${p.address}"的守护进程中途关闭了连接，应答不完整`,
      remedy: seeStatus,
    })),
    cut: from(['missingBytes'], (p) => ({
      message: `输出在一帧中间结束，缺少 ${p.missingBytes} 字节`,
      remedy: seeStatus,
    })),
  }),
  API_RESPONSE_INVALID: byProblem({
    field: from(['field', 'found', 'wanted'], (p) => ({
      message:
        p.found === 'nothing'
          ? `守护进程的应答中没有"${p.field}"；应为${kindOf(p.wanted)}`
          : `守护进程的应答中"${p.field}"为 ${p.found}；应为${kindOf(p.wanted)}`,
      remedy: checkAddress,
    })),
    'no-json': from(['answer', 'asked'], (p) => ({
      message: `守护进程对 ${p.asked} 的应答是"${p.answer}"；应为 JSON`,
    })),
    'no-json-line': from(['line'], (p) => ({
      message: `守护进程发来的消息是"${p.line}"；应为每行一个 JSON 对象`,
    })),
    'no-upgrade': from(['answer', 'asked'], (p) => ({
      message: `守护进程对 ${p.asked} 的应答是 ${p.answer}；应为 101 Switching Protocols`,
    })),
    stream: from(['stream'], (p) => ({
      message: `输出中有一帧属于流 ${p.stream}；应为 0 到 3`,
    })),
  }),
  API_ERROR: ({ details }) =>
    details['message'] === ''
      ? { message: `守护进程返回了状态码 ${String(details['status'])}，没有说明原因` }
      : undefined,
  ENDPOINT_INVALID: from(['address'], (p) => ({
    message: `守护进程的地址是"${p.address}"；应为 unix:// 加绝对路径、ssh:// 加主机，或带证书的 tcp://`,
    remedy: '去掉 --host 和 BERTH_HOST 即使用默认地址 unix:///run/berth/berth.sock。',
  })),
  USAGE: ({ details }) => {
    const { verb, group, wanted } = details;
    if (typeof group !== 'string' || !Array.isArray(wanted)) return undefined;
    return {
      message: `"berth ${group}"没有"${String(verb)}"这个子命令；应为 ${wanted.join('、')} 之一`,
      remedy: `请参阅"berth ${group} --help"。`,
    };
  },
  CREDENTIALS_FILE_INVALID: ({ details, message }) =>
    typeof details['key'] === 'string'
      ? {
          message: `"auths"中"${details['key']}"的"auth"无法读取；应为 name:password 的 base64 编码`,
          remedy: `请重新登录：berth login ${details['key']}`,
        }
      : {
          message: `Docker 的配置文件无法使用：${message}`,
          remedy: '请改正该文件或将其移走：berth 不会改动无法读取的文件。',
        },
  CREDENTIALS_NOT_STORED: quoted(
    '无法保存登录信息',
    '请使其所在目录可写，或用 DOCKER_CONFIG 指定另一个目录。',
  ),
  CREDENTIAL_HELPER_FAILED: quoted(
    '凭据助手（credential helper）出错',
    '请安装或修复它，或将其从 Docker 的 config.json 的"credsStore"和"credHelpers"中移除。',
  ),
} satisfies Partial<Record<ErrorCode, ErrorTranslation>>;

/** Daemon.json, and the start of the mirror. */
const settingErrors = {
  DAEMON_CONFIG_INVALID: byProblem({
    'no-json': ({ details }) => {
      const { path, line, column, reason } = details;
      const what = typeof reason === 'string' ? jsonProblems[reason] : undefined;
      return {
        message: `无法使用"${String(path)}"：不是有效的 JSON（第 ${String(line)} 行第 ${String(column)} 列${what === undefined ? '' : `：${what}`}）`,
        remedy: correctFile(String(path)),
      };
    },
    'no-object': from(['path', 'value'], (p) => ({
      message: `无法使用"${p.path}"：内容是 ${p.value}；应为 JSON 对象`,
      remedy: correctFile(p.path),
    })),
    'wrong-type': from(['path', 'key', 'value', 'wanted'], (p) => ({
      message: `无法使用"${p.path}"："${p.key}"的值是 ${p.value}；应为${kindOf(p.wanted)}`,
      remedy: correctFile(p.path),
    })),
    'flag-and-file': ({ details }) => {
      const { path, keys } = details;
      const names = Array.isArray(keys) ? keys.join('、') : '';
      return {
        message: `无法使用"${String(path)}"：以下设置同时出现在命令行和文件中：${names}`,
        remedy: '请去掉命令行选项或文件中的键，然后重新启动守护进程。',
      };
    },
    unusable: ({ details }) => {
      const path = String(details['path']);
      return {
        message: `无法使用"${path}"：${issuesOf(details['issues']).join('；')}`,
        remedy: `请改正"${path}"，然后重新启动守护进程。`,
      };
    },
  }),
  MIRROR_IN_USE: from(['folder'], (p) => ({
    message: `另一个镜像服务正在使用"${p.folder}"；需要独占的数据目录`,
    remedy: '请停止另一个镜像服务，或用"--data-root"指定其他目录。',
  })),
  MIRROR_LISTEN_FAILED: from(['host', 'port', 'why'], (p) => ({
    message: `无法监听"${p.host}:${p.port}"：${p.why}`,
    remedy: '请用"--listen"指定本机的地址和空闲的端口，并检查证书和密钥。',
  })),
} satisfies Partial<Record<ErrorCode, ErrorTranslation>>;

/**
 * The Chinese of errors that come from runtime/ and templates/, which know no language but English, by their codes. The
 * values are those of the error's `details`. A test looks at every code that scripts/ and checks/ can be handed.
 */
export const errorsInChinese: Partial<Record<ErrorCode, ErrorTranslation>> = {
  ...clientErrors,
  ...settingErrors,
  ...kernelErrors,
  ...sourceErrors,
};
