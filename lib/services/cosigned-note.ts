import { MAX_NOTE_SIGNATURES, parseNote } from '../core/note/note';
import { cosignaturesOf, type StoredCosignature } from '../storage/cosignature-store';
import { everyValidator, type Where } from './validators';

/** OPEN_SEALS is how many of the newest seals still take lines of witnesses and validators; the checkpoint of an older one is final. */
export const OPEN_SEALS = 2;

/** withLines is a note with more signature lines, each with its line feed, as many as one note can hold. */
export function withLines(note: string, lines: readonly string[]): string {
  return lines.length === 0 ? note : note + lines.slice(0, MAX_NOTE_SIGNATURES - parseNote(note).signatures.length).join('');
}

/**
 * byStanding puts lines in the order in which a note takes them: the registry's own witnesses, then validators, first those who took part
 * first. So whoever enrols a hundred keys of its own does not push out the tokens that readers ask for.
 */
export function byStanding(rows: readonly StoredCosignature[], enrolled: readonly { readonly vkey: string }[]): StoredCosignature[] {
  const places = new Map(enrolled.map(({ vkey }, place) => [vkey, place]));
  const placeOf = ({ role, vkey }: StoredCosignature): number => (role === 'witness' ? -1 : (places.get(vkey) ?? enrolled.length));
  return rows.toSorted((a, b) => placeOf(a) - placeOf(b));
}

/** cosignedNote is the name-log checkpoint of a seal with every line that a witness or validator has added to it, or as many as one note can hold. */
export async function cosignedNote(where: Where, seal: { number: number; note: string }): Promise<string> {
  const rows = await cosignaturesOf(where.db, [seal.number]);
  const isTooMany = rows.length + parseNote(seal.note).signatures.length > MAX_NOTE_SIGNATURES;
  // As they are listed: in the order of their first enrolment.
  return withLines(seal.note, (isTooMany ? byStanding(rows, await everyValidator(where)) : rows).map(({ line }) => line));
}
