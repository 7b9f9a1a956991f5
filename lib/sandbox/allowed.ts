import { isLocalOrigin } from '../services/site-url';

/**
 * sandboxAllowed reports whether a registry that calls itself `origin` may take play money: only under names that cannot
 * be public. Behind any other name the sandbox would give real names away.
 */
export function sandboxAllowed(origin: string): boolean {
  return isLocalOrigin(origin);
}
