import { MAX_NOTE_SIGNATURES, parseNote } from '../core/note/note';
import type { Statements } from '../storage/database';
import { cosignaturesOf } from '../storage/cosignature-store';

/** OPEN_SEALS is how many of the newest seals still take lines of witnesses and validators; the checkpoint of an older one is final. */
export const OPEN_SEALS = 2;

/** withLines is a note with more signature lines, each with its line feed, as many as one note can hold. */
export function withLines(note: string, lines: readonly string[]): string {
  return lines.length === 0 ? note : note + lines.slice(0, MAX_NOTE_SIGNATURES - parseNote(note).signatures.length).join('');
}

/** cosignedNote is the name-log checkpoint of a seal with every line that a witness or validator has added to it. */
export async function cosignedNote(db: Statements, seal: { number: number; note: string }): Promise<string> {
  return withLines(seal.note, (await cosignaturesOf(db, [seal.number])).map(({ line }) => line));
}
