import type { CertificatePayload, IdentityCertificate } from '../core/assertion/identity';
import type { ParsedAssertion } from '../core/assertion/parse';
import { parseAssertion } from '../core/assertion/parse';
import type { Payload } from '../core/assertion/payloads';
import type { Envelope } from '../core/keys/dsse';
import type { RefusalCode } from '../core/refusal';

/*
 * What travels between the thread that replays and those that check for it. Copying an object from thread to thread costs more
 * than checking its signature, so entries go over as one block of bytes, and what was found in them comes back as one text.
 */

/** CheckJob asks for a stretch of proof-log entries: `bytes` joined, `ends` where each one stops. */
export interface CheckJob {
  id: number;
  bytes: Uint8Array<ArrayBuffer>;
  ends: Uint32Array<ArrayBuffer>;
}

/** CheckAnswer is what a worker found: every entry good, or the first bad one (`at` counts from the stretch's first). */
export type CheckAnswer =
  | { id: number; kind: 'good'; signatures: number; text: string }
  | { id: number; kind: 'bad'; at: number; code: RefusalCode; detail: string }
  | { id: number; kind: 'fault'; message: string };

/** Essence is all of a parsed assertion that replay needs, without what can be read from the entry's bytes again. */
type Essence = [hash: string, keyids: string[], payload: object, certificate: (CertificatePayload & { hash: string; udf: string }) | null];

/** packEntries joins entries for a job. */
export function packEntries(id: number, entries: readonly Uint8Array[]): CheckJob {
  const ends = new Uint32Array(entries.length);
  let at = 0;
  for (const [i, entry] of entries.entries()) {
    at += entry.length;
    ends[i] = at;
  }
  const bytes = new Uint8Array(at);
  at = 0;
  for (const entry of entries) {
    bytes.set(entry, at);
    at += entry.length;
  }
  return { id, bytes, ends };
}

/** essenceOf is what a worker sends of an assertion it has parsed. */
export function essenceOf({ certificate, envelope, hash, payload }: ParsedAssertion): Essence {
  const keyids = envelope.signatures.map(({ keyid }) => keyid);
  if (certificate === null) return [hash, keyids, payload, null];
  const { ca, encrypt, key, next, number, registry, root, udf } = certificate;
  return [hash, keyids, { ...payload, certificate: null }, { ca, encrypt, hash: certificate.hash, key, next, number, registry, root, udf }];
}

/** fromEssences makes the parsed assertions of `entries` from a worker's text. Their envelopes are read only if somebody looks. */
export function fromEssences(text: string, entries: readonly Uint8Array[]): ParsedAssertion[] {
  const essences = JSON.parse(text) as Essence[];
  return essences.map(([hash, keyids, body, fields], i) => {
    const bytes = entries[i] as Uint8Array;
    const payload = body as Payload;
    let whole: ParsedAssertion | null = null;
    const parsed = () => (whole ??= parseAssertion(bytes));
    const envelope = new LateEnvelope(() => parsed().envelope, keyids);
    if (fields === null || !('certificate' in payload)) return { bytes, certificate: null, envelope, hash, payload };
    const inner = new LateEnvelope(() => certificateIn(parsed()).envelope, [fields.root, fields.key]);
    payload.certificate = inner;
    return { bytes, certificate: { ...fields, envelope: inner }, envelope, hash, payload };
  });
}

function certificateIn({ certificate }: ParsedAssertion): IdentityCertificate {
  if (certificate === null) throw new Error('the entry had a certificate when it was checked');
  return certificate;
}

/** LateEnvelope knows who signed; what was signed it reads when asked. */
class LateEnvelope implements Envelope {
  readonly #read: () => Envelope;
  readonly signatures: Envelope['signatures'];

  constructor(read: () => Envelope, keyids: readonly string[]) {
    this.#read = read;
    this.signatures = keyids.map((keyid, at) => new LateSignature(read, keyid, at));
  }

  get payload(): string {
    return this.#read().payload;
  }

  get payloadType(): string {
    return this.#read().payloadType;
  }
}

class LateSignature {
  readonly #read: () => Envelope;
  readonly #at: number;
  readonly keyid: string;

  constructor(read: () => Envelope, keyid: string, at: number) {
    this.#read = read;
    this.#at = at;
    this.keyid = keyid;
  }

  get sig(): string {
    return this.#read().signatures[this.#at]?.sig ?? '';
  }
}
