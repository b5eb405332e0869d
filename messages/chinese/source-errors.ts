import type { ErrorCode } from '../../runtime/errors/catalogue.ts';
import { from, quoted, type ErrorTranslation } from './error-translation.ts';

const fetchAgain = '请重新获取；若再次出现，说明其来源已损坏或不可信。';
const tryElsewhere = '请重试；若再次出现，请换用其他镜像仓库或镜像源，并告知其运营者。';

/**
 * Errors of registries, and of what was fetched from them: `berth mirror serve` tells of them. Their sentences are
 * Docker's and the registry's own, so they are quoted.
 */
export const sourceErrors = {
  REGISTRY_UNREACHABLE: quoted(
    '无法连接来源',
    '请检查本机的网络、DNS 和代理，或配置一个可以访问的镜像源。',
  ),
  REGISTRY_REFUSED: quoted('来源拒绝了请求', '请稍后重试，或换用其他镜像仓库或镜像源。'),
  REGISTRY_UNAUTHORIZED: quoted('镜像仓库不允许访问', '请检查名称，或使用有权限的账号登录。'),
  REGISTRY_RATE_LIMITED: quoted(
    '对镜像仓库的请求过多',
    '请稍候，或登录以获得更高的限额，或配置镜像源。',
  ),
  REGISTRY_RESPONSE_INVALID: quoted('镜像仓库的应答无效', tryElsewhere),
  REGISTRY_DIGEST_MISMATCH: quoted('镜像仓库给出的内容与摘要不符', tryElsewhere),
  REGISTRY_CERTIFICATE_INVALID: quoted(
    '无法使用证书文件',
    '请放入正确的文件（PEM 格式），或将其移走。',
  ),
  MANIFEST_UNKNOWN: quoted('镜像仓库中没有该镜像', '请检查名称和标签。'),
  MANIFEST_INVALID: quoted('清单（manifest）无效', '请重新构建、保存或推送该镜像；现有的已损坏。'),
  MANIFEST_SCHEMA_UNSUPPORTED: quoted(
    '不支持该镜像的格式',
    '请联系镜像的制作者，用当前的工具重新构建并推送。',
  ),
  BLOB_UNKNOWN: quoted(
    '镜像仓库中没有该数据块（blob）',
    '请重新推送该镜像，或换用其他镜像仓库或镜像源。',
  ),
  CONTENT_MISMATCH: quoted('收到的内容与声明的不符', fetchAgain),
  DIGEST_INVALID: from(['digest'], (p) => ({
    message: `"${p.digest}"不是摘要；应为 sha256: 加 64 个小写十六进制数字`,
  })),
  REFERENCE_INVALID: quoted(
    '镜像名称无效',
    '请将镜像写作 [registry[:port]/]name[:tag][@sha256:digest]，名称使用小写。',
  ),
  IMAGE_STORE_INVALID: quoted(
    '无法读取镜像存储',
    '请恢复该文件，或移走其所在目录，以便从空的存储开始。',
  ),
  IMAGE_STORE_UNWRITABLE: quoted('无法写入镜像存储', '请检查数据目录所在文件系统的空间和状态。'),
  MIRROR_REFUSED: quoted(
    '不允许通过此镜像服务获取',
    '如需允许，请在启动时加上"--allow"或"--allow-packages"。',
  ),
} satisfies Partial<Record<ErrorCode, ErrorTranslation>>;
