/** served says who serves a name's messages. */
export function served(service: string | null): string {
  return service === null ? 'with no provider yet' : `served by ${at(service)}`;
}

/** withDns adds a name's DNS servers, if it has any. */
export function withDns(dns: readonly string[]): string {
  return dns.length === 0 ? '' : `, DNS at ${dns.join(', ')}`;
}

/** at writes a service: a name with its tenure gets its `@`, a host stays as it is. */
export function at(service: string): string {
  return /\.[0-9]+$/.test(service) ? `@${service}` : service;
}
