import { toBase64 } from '../../core/bytes/base64';
import { utf8 } from '../../core/bytes/bytes';
import { formatNote, signatureLine } from '../../core/note/note';
import { publicKeyOf, sign } from '../../core/keys/sign';
import type { Signable } from '../../core/keys/signable';
import { COSIGNATURE, ED25519, formatVkey, makeVkey, type Vkey } from '../../core/note/vkey';
import { consistencyPlan } from '../../core/tlog/consistency';
import { leafHash } from '../../core/tlog/hash';
import { appendLeaves, emptyEdge, rootOf } from '../../core/tlog/edge';
import { runPlan } from '../../core/tlog/nodes';
import type { WitnessKey } from './witness-key';

/** TestLog is a log of another kind than ours: any origin, numbered entries, one key. */
export class TestLog {
  readonly origin: string;
  readonly vkey: Vkey;
  readonly #seed: Uint8Array;
  readonly #fork: string;

  constructor(origin: string, { fill = 7, fork = 'entry' }: { fill?: number; fork?: string } = {}) {
    this.origin = origin;
    this.#seed = new Uint8Array(32).fill(fill);
    this.vkey = makeVkey(origin, ED25519, publicKeyOf(this.#seed));
    this.#fork = fork;
  }

  get text(): string {
    return formatVkey(this.vkey);
  }

  /** entries differ from log to log only where `fork` says so: those from index 10 on. */
  leaves(size: number): Uint8Array[] {
    return Array.from({ length: size }, (_, index) => leafHash(utf8(`${index < 10 ? 'entry' : this.#fork} ${index}`)));
  }

  root(size: number): Uint8Array {
    return rootOf(appendLeaves(emptyEdge(), this.leaves(size)).edge);
  }

  note(size: number, root: Uint8Array = this.root(size), extensions: string = ''): string {
    return this.signed(`${this.origin}\n${size}\n${toBase64(root)}\n${extensions}`);
  }

  signed(text: string): string {
    const what = { bytes: utf8(text), kind: 'checkpoint' } as Signable;
    return formatNote(text, [signatureLine(this.origin, this.vkey.keyId, sign(what, this.#seed))]);
  }

  /** proof holds for sizes within one tile, which is all these tests need. */
  proof(old: number, size: number): Uint8Array[] {
    const level0 = this.leaves(size);
    return runPlan(consistencyPlan(old, size), size, () => Buffer.concat(level0));
  }

  request(old: number, size: number, proof: readonly Uint8Array[] = old === 0 ? [] : this.proof(old, size), note: string = this.note(size)): Uint8Array {
    return requestOf(old, proof, note);
  }
}

/** requestOf writes an add-checkpoint body. */
export function requestOf(old: number | string, proof: readonly Uint8Array[], note: string): Uint8Array {
  return utf8(`old ${old}\n${proof.map((hash) => `${toBase64(hash)}\n`).join('')}\n${note}`);
}

/** testKey is a witness key for tests. */
export function testKey(name = 'witness.example/w1'): WitnessKey {
  const seed = new Uint8Array(32).fill(200);
  return { sign: (what) => sign(what, seed), vkey: makeVkey(name, COSIGNATURE, publicKeyOf(seed)) };
}
