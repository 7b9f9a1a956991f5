import { fromBase64 } from '../../lib/core/bytes/base64';
import { toHex } from '../../lib/core/bytes/hex';

/** groupsOf cuts `text` into pieces of `length` characters; the last may be shorter. */
export function groupsOf(text: string, length: number): string[] {
  return text.match(new RegExp(`.{1,${length}}`, 'gsu')) ?? [];
}

/** hexOf turns standard base64 into lower-case hex; what is no base64 is given back as it is, so that a page can still show it. */
export function hexOf(base64: string): string {
  try {
    return toHex(fromBase64(base64));
  } catch {
    return base64;
  }
}

/** withThousands writes a whole number the way people read it: 1,204,311. */
export function withThousands(value: number): string {
  return value.toLocaleString('en-US');
}
