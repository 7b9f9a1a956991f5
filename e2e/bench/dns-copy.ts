import { nameOf } from './names';
import { toBase32 } from '@/lib/core/bytes/base32';
import { toBase64 } from '@/lib/core/bytes/base64';
import { sha256 } from '@/lib/core/bytes/sha256';
import { DEFAULT_DELAYS } from '@/lib/core/assertion/policy-defaults';
import { rootOf } from '@/lib/core/tlog/edge';
import { leafHash } from '@/lib/core/tlog/hash';
import { CopyWriter } from '@/lib/copy/copy-writer';

/** Names closed by one seal. */
const NAMES_A_SEAL = 10_000;
const ZERO = toBase64(new Uint8Array(32));

/** addressOf is the DNS server of name `i`: each name has one of its own. */
export function addressOf(i: number): string {
  return `10.${(i >> 16) & 255}.${(i >> 8) & 255}.${i & 255}`;
}

/**
 * makeCopy writes a copy with `count` names, as a follower leaves it: real records with their hashes and tiles, sealed, but without
 * identities and proofs, which answering does not look at.
 */
export async function makeCopy(dir: string, count: number, nowSec: number, progress: (done: number) => void): Promise<void> {
  const writer = await CopyWriter.open(dir);
  const append = (log: 'names' | 'proofs', texts: readonly string[]) => {
    const entries = texts.map((text) => Buffer.from(text));
    writer.append(log, entries, entries.map((entry) => leafHash(entry)));
  };
  append('proofs', ['{}']);
  append('names', [JSON.stringify({ floors: {}, policy: { delays: DEFAULT_DELAYS }, type: 'policy' })]);
  let seal = 0;
  for (let first = 0; first < count; first += NAMES_A_SEAL) {
    const end = Math.min(count, first + NAMES_A_SEAL);
    const texts = Array.from({ length: end - first }, (_, i) => recordText(first + i));
    const timeSec = nowSec - Math.ceil((count - end) / NAMES_A_SEAL);
    texts.push(JSON.stringify({ covers: [0, 1], map: { root: ZERO, size: end }, number: seal, prev: null, proofs: { root: ZERO, size: 1 }, timeSec, type: 'seal' }));
    append('names', texts);
    const { names, proofs } = writer.edges;
    await writer.commit({
      registry: ZERO, origin: 'bench.example', url: 'http://bench.example', seal, timeSec, checked: 'followed', from: null, updatedSec: timeSec, map: { size: end, root: ZERO },
      names: { size: names.size, root: toBase64(rootOf(names)), note: null },
      proofs: { size: proofs.size, root: toBase64(rootOf(proofs)), note: null },
    });
    seal++;
    progress(end);
  }
  await writer.close();
}

function recordText(i: number): string {
  const name = nameOf(i);
  const hash = sha256(Buffer.from(name));
  const udf = `MB${toBase32(Buffer.concat([hash, hash]), 250)}`;
  const text = toBase64(hash);
  // the fields of a record in the order of canonical JSON
  return JSON.stringify({
    after: text, allowance: 50, case: null, changes: 0, display: name, dns: [addressOf(i)], ended: null, head: text, locks: [], name, pending: [], prev: null, proof: i,
    registration: 'initial', root: { changes: 0, head: text }, schedule: 1, service: 'provider.example', source: i, tenure: 0, type: 'record', udf,
  });
}
