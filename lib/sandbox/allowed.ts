/**
 * sandboxAllowed reports whether a registry that calls itself `origin` (host, or host:port) may take play money:
 * only names that cannot be public. Behind any other name the sandbox would give real names away.
 */
export function sandboxAllowed(origin: string): boolean {
  const host = origin.toLowerCase().replace(/:\d{1,5}$/, '');
  if (host === 'localhost' || host === '[::1]') return true;
  if (/^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host)) return true;
  return /^([a-z0-9-]+\.)+(localhost|test)$/.test(host);
}
