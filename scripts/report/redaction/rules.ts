import { assignmentRule } from './assignment-rule.ts';
import { commandLineRules, credentialsOf } from './command-line-rules.ts';
import { looksSecret } from './plain-values.ts';
import { patternRule } from './pattern-rule.ts';
import { privateKeyRule } from './private-key-rule.ts';
import { proxyRule } from './proxy-rule.ts';
import { settingRules } from './setting-rules.ts';
import type { SecretRule } from './span.ts';
import { structureRules } from './structure-rules.ts';
import { urlRules } from './url-rules.ts';

/** Header fields that carry credentials (RFC 9110, section 11; RFC 6265; Docker's X-Registry-Auth). */
const headers =
  /(?:proxy-)?authorization|x-registry-(?:auth|config)|x-(?:auth|vault|gitlab|csrf|amz-security)-token|(?:private|job)-token|x-api-key|(?:set-)?cookie(?=\\{0,4}["']?\s{0,4}[:=][^\n=]{0,256}=)/;

/** Tokens that show by their shape whose they are. */
const tokenShapes: readonly RegExp[] = [
  /eyJ[\w-]{6,1024}\.[\w-]{4,8192}\.[\w-]{0,8192}/, // JSON Web Token (RFC 7519)
  /gh[pousr]_\w{16,255}|github_pat_\w{20,}/, // GitHub
  /(?:AKIA|ASIA|ABIA|ACCA)[0-9A-Z]{16}/, // AWS access key
  /gl(?:pat|dt|rt|cbt|ptt|ft|soat|agent|oas)-[\w-]{16,}/, // GitLab
  /xox[abeoprs]-[\w-]{8,}|xapp-[\w-]{16,}/, // Slack
  /dckr_(?:pat|oat)_[\w-]{16,}/, // Docker Hub
  /(?:sk|rk|pk)_(?:live|test)_\w{16,}|sk-(?:ant-|proj-)?[\w-]{20,}/, // Stripe, OpenAI, Anthropic
  /AIza[\w-]{30,}|ya29\.[\w-]{20,}/, // Google
  /hv[sbr]\.[\w-]{20,}/, // HashiCorp Vault
  /npm_[A-Za-z0-9]{30,}|pypi-[\w-]{20,}/, // package registries
  /SG\.[\w-]{16,255}\.[\w-]{16,255}/, // SendGrid
  /(?:dop|doo|dor)_v1_[0-9a-f]{32,}|shp(?:at|ca|pa|ss)_[0-9a-fA-F]{16,}/, // DigitalOcean, Shopify
  /AGE-SECRET-KEY-1[0-9A-Z]{20,}/, // age
  /LTAI[A-Za-z0-9]{12,}|AKID[A-Za-z0-9]{20,}/, // Alibaba Cloud, Tencent Cloud
  /hf_[A-Za-z0-9]{24,}/, // Hugging Face
  /\d{8,12}:AA[\w-]{33}(?![\w-])/, // Telegram's bots
  /K10[0-9a-f]{16,255}::[\w:-]{1,255}/, // k3s node token
];

const anyToken = new RegExp(
  `(?<![A-Za-z0-9])(?<secret>${tokenShapes.map(({ source }) => source).join('|')})`,
  'dg',
);

/** The rules, in the order in which a place that several of them find is counted. */
export const secretRules: readonly SecretRule[] = [
  privateKeyRule,
  patternRule(
    'header',
    new RegExp(
      String.raw`(?<![\w-])(?:${headers.source})\\*["']?[ \t]{0,4}[:=][ \t]{0,4}(?:\[[ \t]*)?\\*["']?(?<secret>[^\s"'\\\]{][^"'\\\n]{0,16384})`,
      'dgi',
    ),
    { learn: headerValues },
  ),
  patternRule('token', anyToken),
  patternRule(
    'authorization',
    /\b(?:bearer|basic|negotiate)[ \t]+(?<secret>[\w+/.~-]{8,4096}={0,2})/dgi,
    { accept: looksSecret, learn: headerValues },
  ),
  proxyRule,
  ...urlRules,
  patternRule('docker-auth', /"auth\\*"\s*:\s*\\*"(?<secret>[A-Za-z0-9+/=]{4,})/dg, {
    learn: headerValues,
  }),
  ...commandLineRules,
  patternRule('netrc', /\blogin\s{1,8}\S{1,256}\s{1,8}password\s{1,8}(?<secret>\S+)/dg),
  patternRule('sql', /\b(?:identified\s+by|password)\s+'(?<secret>[^'\n]+)'/dgi),
  // MySQL takes both quotes, and names the plugin between; `by password` is followed by a hash.
  patternRule(
    'sql',
    /\bidentified\s+(?:(?:with|via)\s+["'\w]{1,64}\s+)?(?:by|as|using)\s+(?:password\s+)?(?<quote>\\{0,3}["'])(?<secret>[^\n]{1,1024}?)\k<quote>/dgi,
  ),
  // crypt(5).
  patternRule(
    'password-hash',
    /(?<secret>\$(?:[156y]|apr1|2[abxy]|gy|7|argon2\w*)\$[\w./$=,+-]{16,})/dg,
  ),
  // RFC 2307, section 5.3; htpasswd(1).
  patternRule(
    'password-hash',
    /(?<secret>\{(?:S?SHA(?:256|384|512)?|S?MD5|CRYPT|PBKDF2[\w-]{0,16})\}[\w+/$.=-]{8,1024})/dgi,
  ),
  ...structureRules,
  ...settingRules,
  assignmentRule,
];

/** What is in a header's value: its words, and in Base64 `user:password` (RFC 7617). */
function headerValues(secret: string): readonly string[] {
  const words = secret
    .split(/[\s;,]+/)
    .flatMap((part) => [part, part.slice(part.indexOf('=') + 1)]);
  const passwords = words.flatMap((part) => {
    const decoded = Buffer.from(part, 'base64').toString('utf8');
    return /^[\x20-\x7e]+:[\x20-\x7e]+$/.test(decoded) ? credentialsOf(decoded) : [];
  });
  return [...words.filter(looksSecret), ...passwords];
}
