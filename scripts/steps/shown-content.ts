import { proxyRule } from '../report/redaction/proxy-rule.ts';
import { mergeSpans } from '../report/redaction/span.ts';
import { urlRules } from '../report/redaction/url-rules.ts';

/**
 * A file's content as a plan shows it, which goes to terminals and into logs: without the users and passwords of proxies
 * and other URLs (RFC 3986, section 3.2.1).
 */
export function shownContent(content: string): string {
  let at = 0;
  let shown = '';
  const spans = [proxyRule, ...urlRules].flatMap((rule) => [...rule.find(content)]);
  for (const { secretFrom, secretTo } of mergeSpans(spans)) {
    shown += `${content.slice(at, secretFrom)}***`;
    at = secretTo;
  }
  // Users without a password too: here nobody looks for a fault by them.
  return (shown + content.slice(at)).replaceAll(/:\/\/[^\s/"']+@/g, '://***@');
}
