import { UsageError } from './command';

/** listenAddress reads `[HOST:]PORT`, as in `8080`, `0.0.0.0:8080`, `[::1]:8080`; without a host, this machine only. @throws UsageError. */
export function listenAddress(text: string): { host: string; port: number } {
  const parts = /^(?:(?:\[([0-9A-Fa-f:.]+)\]|([^:[\]]+)):)?(\d{1,5})$/.exec(text);
  const port = Number(parts?.[3] ?? Number.NaN);
  if (parts === null || port > 65_535) throw new UsageError(`${text} is no [HOST:]PORT`);
  return { host: parts[1] ?? parts[2] ?? '127.0.0.1', port };
}
