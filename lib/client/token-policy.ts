import { parseTokenPolicy, type TokenPolicy } from '../core/validation/token-policy';

/*
 * Whose tokens this browser's reader counts. It is the reader's own: nothing that the registry says ever changes it.
 */

const KEY = 'mns.tokens';

/** policyText is the policy that this browser keeps, as it was written, or null. */
export function policyText(): string | null {
  try {
    return localStorage.getItem(KEY);
  } catch {
    // Storage may be switched off: then nobody's tokens are counted, and the pages say so.
    return null;
  }
}

/** readTokenPolicy is that policy, or null. What can't be read any more counts for nothing. */
export function readTokenPolicy(): TokenPolicy | null {
  const text = policyText();
  try {
    return text === null ? null : parseTokenPolicy(text);
  } catch {
    return null;
  }
}

/** keepTokenPolicy reads a policy and keeps it, or forgets it if `text` is null. @throws Refusal `bad-token-policy`. */
export function keepTokenPolicy(text: string | null): TokenPolicy | null {
  const policy = text === null ? null : parseTokenPolicy(text);
  try {
    if (text === null) localStorage.removeItem(KEY);
    else localStorage.setItem(KEY, text);
  } catch {
    // see policyText
  }
  return policy;
}
