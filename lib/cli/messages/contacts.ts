import { existsSync, readFileSync } from 'node:fs';
import { isCanonicalName } from '../../core/assertion/name';
import { canonicalText, encodeJson, type Json, parseJson } from '../../core/bytes/canonical-json';
import { integer, object, string } from '../../core/bytes/fields';
import { isLoggedUdf } from '../../core/keys/udf';
import { Refusal } from '../../core/refusal';
import { MAX_TENURE, MAX_TIME_SEC } from '../../core/registry/limits';
import { refuseCli } from '../cli-refusal';
import { writeFileSafely } from '../keys/write-file';

/** Contact is whom this user means by a bare name: the tenure first resolved, or chosen since. */
export interface Contact {
  readonly tenure: number;
  readonly udf: string;
  readonly sinceSec: number;
}

const FORMAT = 'mns-contacts/v1';
const MAX_CONTACTS_BYTES = 16_777_216;

/** Contacts is a file of contacts. After a reassignment it keeps a user with whom they knew, until they choose (DESIGN §3.9). */
export class Contacts {
  readonly #path: string;
  readonly #known: Map<string, Contact>;

  private constructor(path: string, known: Map<string, Contact>) {
    this.#path = path;
    this.#known = known;
  }

  /** open reads the file, or begins an empty one. @throws CliRefusal `bad-file`: forgetting contacts would let a name change hands unseen. */
  static open(path: string): Contacts {
    if (!existsSync(path)) return new Contacts(path, new Map());
    try {
      const fields = object(parseJson(readFileSync(path), MAX_CONTACTS_BYTES), ['contacts', 'format'], 'file');
      if (fields.format !== FORMAT) refuseCli('bad-file', `${path} is no file of contacts.`);
      const contacts = fields.contacts;
      if (typeof contacts !== 'object' || contacts === null || Array.isArray(contacts)) return refuseCli('bad-file', `${path} is no file of contacts.`);
      return new Contacts(path, new Map(Object.entries(contacts).map(([name, contact]) => [name, readContact(name, contact)])));
    } catch (error) {
      if (error instanceof Refusal) return refuseCli('bad-file', `${path} is damaged: ${error.detail}`);
      throw error;
    }
  }

  /** tenureOf is the tenure that this user means by a name, or null if the name is new to them. */
  tenureOf(name: string): number | null {
    return this.#known.get(name)?.tenure ?? null;
  }

  /** check holds an answer against whom this user knows under a name. @throws CliRefusal `bad-answer`: tenures only go up, and none ever changes its holder. */
  check(name: string, { tenure, udf }: Pick<Contact, 'tenure' | 'udf'>): void {
    const known = this.#known.get(name);
    if (known === undefined || tenure > known.tenure || (tenure === known.tenure && udf === known.udf)) return;
    refuseCli('bad-answer', tenure < known.tenure ? `The answer is older than what is known of @${name} here: it has tenure ${tenure}, ${known.tenure} was seen.` : `@${name}.${tenure} is held by another identity in the answer than when it was first seen here. No tenure changes its holder.`);
  }

  /** remember keeps a contact, on disk before it returns. A name that is known keeps its contact unless `choose` is set. */
  remember(name: string, contact: Contact, choose: boolean = false): void {
    if (this.#known.has(name) && !choose) return;
    this.#known.set(name, contact);
    const contacts = Object.fromEntries([...this.#known].map(([key, { sinceSec, tenure, udf }]) => [key, { sinceSec, tenure, udf }]));
    writeFileSafely(this.#path, encodeJson({ contacts, format: FORMAT }));
  }
}

function readContact(name: string, value: Json): Contact {
  const fields = object(value, ['sinceSec', 'tenure', 'udf'], name);
  const udf = string(fields.udf, `${name}.udf`, 52);
  if (!isCanonicalName(name) || !isLoggedUdf(udf)) throw new Refusal('bad-field', `${canonicalText(name)} is no contact`);
  return { sinceSec: integer(fields.sinceSec, `${name}.sinceSec`, 0, MAX_TIME_SEC), tenure: integer(fields.tenure, `${name}.tenure`, 0, MAX_TENURE), udf };
}
