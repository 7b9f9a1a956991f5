import { COSIGNATURE, formatVkey, parseVkey, type Vkey } from '../core/note/vkey';
import { Refusal } from '../core/refusal';

/** Witness is a C2SP witness that is asked after each seal: its key for cosignatures, and the address below which `add-checkpoint` is. */
export interface Witness {
  vkey: Vkey;
  /** url is the submission prefix, without a slash at its end. */
  url: string;
}

/** MAX_WITNESSES bounds how many are asked: a note with more than a hundred lines is read by nobody. */
export const MAX_WITNESSES = 32;

/**
 * readWitnesses reads `vkey@submission-address` items, divided by spaces or lines; what follows a `#` in a line is a note for people.
 * Throws Error that says which item is wrong.
 */
export function readWitnesses(text: string): Witness[] {
  const items = text.split('\n').flatMap((line) => line.replace(/(^|\s)#.*$/, '').split(/\s+/)).filter((item) => item !== '');
  if (items.length > MAX_WITNESSES) throw new Error(`at most ${MAX_WITNESSES} witnesses are asked`);
  const witnesses = items.map(readWitness);
  const seen = new Set<string>();
  for (const { vkey } of witnesses) {
    if (seen.has(formatVkey(vkey))) throw new Error(`the witness ${vkey.name} is named twice`);
    seen.add(formatVkey(vkey));
  }
  return witnesses;
}

function readWitness(item: string): Witness {
  const [, key, address] = /^(.+?)@(https?:\/\/[^\s?#]+)$/.exec(item) ?? [];
  if (key === undefined || address === undefined || !URL.canParse(address)) throw new Error(`"${item}" is not a verifier key, "@" and an http(s) address`);
  let vkey: Vkey;
  try {
    vkey = parseVkey(key);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    throw new Error(`"${item}": ${error.detail}`, { cause: error });
  }
  if (vkey.type !== COSIGNATURE) throw new Error(`"${item}": a witness signs with a key of type 4, for cosignatures`);
  return { url: address.replace(/\/+$/, ''), vkey };
}
