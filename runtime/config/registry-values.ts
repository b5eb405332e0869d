/** Whether a text is the address of a registry's mirror, as Docker takes it. */
export function isMirrorUrl(value: string): boolean {
  if (!/^https?:\/\//.test(value) || !URL.canParse(value)) return false;
  const { search, hash } = new URL(value);
  return search === '' && hash === '';
}

/** Whether a text is the address of a proxy; empty: none. */
export function isProxyUrl(value: string): boolean {
  return value === '' || (/^https?:\/\//.test(value) && URL.canParse(value));
}

/** Whether a text is an item of `insecure-registries`: a host, a host and a port, or a network (CIDR). */
export function isNetworkOrHost(value: string): boolean {
  if (/^[\da-fA-F.:]+\/\d{1,3}$/.test(value)) return true;
  return value !== '' && !/[\s/]/.test(value) && !value.startsWith('-');
}
