/**
 * isLocalOrigin reports whether an origin (host, or host:port) is one that only this machine can mean: it is served
 * over plain HTTP, and only there may test money be taken.
 */
export function isLocalOrigin(origin: string): boolean {
  const host = origin.toLowerCase().replace(/:\d{1,5}$/, '');
  if (host === 'localhost' || host === '[::1]') return true;
  if (/^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host)) return true;
  return /^([a-z0-9-]+\.)+(localhost|test)$/.test(host);
}

/** siteUrl is the address of the site's pages, without a slash at its end. */
export function siteUrl(origin: string): string {
  return `${isLocalOrigin(origin) ? 'http' : 'https'}://${origin}`;
}
