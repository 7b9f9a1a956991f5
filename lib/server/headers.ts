import { randomBytes } from 'node:crypto';

/** newNonce is a fresh CSP nonce: 128 bits in base64. */
export function newNonce(): string {
  return randomBytes(16).toString('base64');
}

/**
 * contentPolicy is the Content-Security-Policy of a page: scripts only ours and only with this answer's nonce, nothing from any
 * third party, no frames, no plug-ins. `dev` lets React's development build evaluate code and reload over a socket.
 */
export function contentPolicy(nonce: string, dev: boolean): string {
  return [
    "default-src 'self'",
    `script-src 'self' 'nonce-${nonce}' 'strict-dynamic'${dev ? " 'unsafe-eval'" : ''}`,
    // Development injects style elements without a nonce.
    dev ? "style-src 'self' 'unsafe-inline'" : `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self' data: blob:",
    "font-src 'self'",
    `connect-src 'self'${dev ? ' ws: wss:' : ''}`,
    "worker-src 'self' blob:",
    "manifest-src 'self'",
    "object-src 'none'",
    "base-uri 'none'",
    "form-action 'self'",
    "frame-src 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}

/** PAGE_HEADERS go on every answer that is a page or one of its files. */
export const PAGE_HEADERS: Readonly<Record<string, string>> = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'x-frame-options': 'DENY',
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=(), usb=(), interest-cohort=()',
};

/** STRICT_TRANSPORT goes on top where the origin is public. */
export const STRICT_TRANSPORT = 'max-age=63072000; includeSubDomains';
