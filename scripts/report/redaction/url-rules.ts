import { credentialsOf } from './command-line-rules.ts';
import { patternRule } from './pattern-rule.ts';
import type { SecretRule } from './span.ts';

const rule = 'url';

/** User and password of URLs in a text, in which a URL ends at a blank (RFC 3986, section 3.2.1); proxies: proxy-rule.ts. */
export const urlRules: readonly SecretRule[] = [
  // A password may hold a slash; a port before a path does not make one. `name:tag@sha256:...` is an image.
  patternRule(
    rule,
    /\b[a-z][a-z0-9+.-]{0,30}:\/\/(?<secret>[^\s/@:"'<>\\]{0,256}:(?!\d+\/)[^\s"'<>\\?#]{1,1024})@(?!sha\d+:)/dgi,
    { learn: credentialsOf },
  ),
  patternRule(rule, /\b[a-z][a-z0-9+.-]{0,30}:\/\/(?<secret>[^\s/@:"'<>\\]{16,1024})@/dgi),
  // Over HTTP a name without a password is a token; a short one may be a word, which stays where it stands elsewhere.
  patternRule(rule, /\bhttps?:\/\/(?<secret>[^\s/@:"'<>\\]{1,15})@/dgi, { learn: () => [] }),
  // Links of proxy programs, in which the name is the password; some are nothing but Base64.
  patternRule(
    rule,
    /\b(?:trojan(?:-go)?|vless|hysteria2?|hy2|tuic|anytls|ss):\/\/(?<secret>[^\s@"'<>\\?#]{1,1024})@/dgi,
  ),
  patternRule(rule, /\b(?:vmess|ssr?):\/\/(?<secret>[\w+/-]{16,8192}={0,2})(?![\w.@:-])/dgi),
  patternRule(
    rule,
    /(?<![\w/.:@-])[\w.-]{1,64}:(?<secret>[^\s/@:"'<>\\,;]{4,256})@(?!sha\d+:)[a-z0-9][\w.-]{0,253}(?::\d+|\.\w+)/dgi,
  ),
  // Webhooks: whoever knows the path may write.
  patternRule(
    rule,
    /\bhooks\.slack\.com\/(?<secret>(?:services|workflows|triggers)\/[\w/-]{16,512})/dgi,
  ),
  patternRule(
    rule,
    /\bdiscord(?:app)?\.com\/api\/(?:v\d{1,2}\/)?webhooks\/\d{1,32}\/(?<secret>[\w-]{16,256})/dgi,
  ),
  patternRule(rule, /\bapi\.telegram\.org\/(?:file\/)?bot(?<secret>\d{1,16}:[\w-]{8,256})/dgi),
];
