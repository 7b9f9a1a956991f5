import { text as decodeUtf8 } from '../core/bytes/bytes';
import { parseCosignature, verifyCosignature } from '../core/note/cosignature';
import { type NoteSignature, parseNote, parseSignatureLine, signatureLine } from '../core/note/note';
import { parseVkey, sameKeyHint, type Vkey } from '../core/note/vkey';
import { Refusal, refuse } from '../core/refusal';
import { TOKEN_AHEAD_SEC } from '../core/registry/limits';
import { readValidator } from '../core/registry/lookup';
import { validatorKey } from '../core/registry/state';
import type { AcceptedToken } from '../client/wire';
import { addCosignature } from '../storage/cosignature-store';
import type { AppContext } from './app-context';
import { OPEN_SEALS } from './cosigned-note';
import type { SealFacts } from './live-registry';
import { enrolledValidators } from './validators';

/** MAX_LINES bounds the signature lines of one request: a validator sends one. */
const MAX_LINES = 16;

/**
 * acceptToken takes in what a validator posts: its signature line on the checkpoint of one of the newest two seals, alone or in the
 * whole note. Each is verified, kept, shown with its checkpoint, and logged in the next seal. Lines of nobody enrolled are passed
 * over in a note, whose log has signed it too, and refused alone.
 * @throws Refusal `unknown-validator`, `unknown-checkpoint`, `bad-signature`, `bad-cosignature`, `token-repeated`, `bad-note`, `bad-utf8`.
 */
export async function acceptToken(ctx: AppContext, body: Uint8Array): Promise<AcceptedToken[]> {
  const posted = readPosted(decodeUtf8(body));
  const { registry } = ctx;
  const open = registry.recent.slice(0, OPEN_SEALS);
  const seals = posted.text === null ? open : open.filter((seal) => textOf(seal) === posted.text);
  if (seals.length === 0) refuse('unknown-checkpoint', 'This is not the checkpoint of one of the newest two seals.');
  const keys = (await enrolledValidators(ctx)).map(({ vkey }) => ({ text: vkey, vkey: parseVkey(vkey) }));
  const known = posted.lines.flatMap((line) => keys.filter(({ vkey }) => sameKeyHint(vkey, line)).map((key) => ({ key, line })));
  if (known.length === 0 || (posted.text === null && known.length < posted.lines.length)) refuse('unknown-validator', 'No enrolled validator has a key of this name and ID.');
  const accepted: AcceptedToken[] = [];
  let refused: Refusal | null = null;
  for (const { key, line } of known) {
    try {
      accepted.push(await acceptOne(ctx, seals, key, line));
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
      refused ??= error;
    }
  }
  // A note may bring lines that are known already beside the one that is new.
  if (accepted.length === 0 && refused !== null) throw refused;
  return accepted;
}

interface Posted {
  /** the checkpoint's text, if the whole note was sent */
  text: string | null;
  lines: NoteSignature[];
}

function readPosted(body: string): Posted {
  if (body.includes('\n\n')) {
    const note = parseNote(body);
    return { lines: note.signatures, text: note.text };
  }
  const lines = (body.endsWith('\n') ? body.slice(0, -1) : body).split('\n');
  if (lines.length > MAX_LINES) refuse('bad-note', `At most ${MAX_LINES} tokens are taken at once.`);
  return { lines: lines.map(parseSignatureLine), text: null };
}

function textOf({ notes }: SealFacts): string {
  return parseNote(notes.names).text;
}

async function acceptOne(ctx: AppContext, seals: readonly SealFacts[], key: { text: string; vkey: Vkey }, line: NoteSignature): Promise<AcceptedToken> {
  const { cache } = ctx.core;
  await cache.load([validatorKey(key.text)]);
  if (readValidator(cache, key.text)?.entry.status !== 'enrolled') refuse('unknown-validator', 'This key is not that of an enrolled validator.');
  const { timeSec } = parseCosignature(line.bytes);
  if (timeSec > ctx.clock() + TOKEN_AHEAD_SEC) refuse('bad-cosignature', 'The token is of a time that lies ahead. Look at the clock.');
  const seal = seals.find((one) => isOn(one, key.vkey, line.bytes));
  if (seal === undefined) return refuse('bad-signature', 'The token is not a valid signature on the checkpoint of one of the newest two seals.');
  const stored = { line: signatureLine(key.vkey.name, key.vkey.keyId, line.bytes), role: 'validator' as const, seal: seal.number, timeSec, vkey: key.text };
  if (!(await addCosignature(ctx.db, stored))) refuse('token-repeated', `There is a token of ${key.vkey.name} on seal ${seal.number} already.`);
  ctx.registry.addLine(seal.number, stored.line);
  return { name: key.vkey.name, seal: seal.number, size: seal.names.size, timeSec, vkey: key.text };
}

function isOn(seal: SealFacts, vkey: Vkey, bytes: Uint8Array): boolean {
  try {
    verifyCosignature(vkey, textOf(seal), bytes);
    return true;
  } catch (error) {
    if (error instanceof Refusal) return false;
    throw error;
  }
}
