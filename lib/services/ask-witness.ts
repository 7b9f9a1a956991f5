import { toBase64 } from '../core/bytes/base64';
import { text as decodeUtf8 } from '../core/bytes/bytes';
import { parseDecimal } from '../core/bytes/decimal';
import { verifyCosignature } from '../core/note/cosignature';
import { parseNote, parseSignatureLine, signatureLine } from '../core/note/note';
import { formatVkey, sameKeyHint } from '../core/note/vkey';
import { Refusal } from '../core/refusal';
import { addCosignature, newestCosigned } from '../storage/cosignature-store';
import { readHead } from '../storage/heads';
import { sealByNumber } from '../storage/log-store';
import type { AppContext } from './app-context';
import { OPEN_SEALS } from './cosigned-note';
import { DamageError } from './edge-check';
import { proveConsistency } from './prove-entry';
import type { SealFacts } from './live-registry';
import type { Witness } from './witnesses';

/** How long one answer of a witness is waited for. */
const ANSWER_MS = 10_000;
/** The same at a start, which does wait for it. */
const START_MS = 3_000;
/** An answer is a few signature lines; no more than this of it is read. */
const MAX_ANSWER_BYTES = 65_536;
/** A witness that does not answer is asked again after 1, 2, 4 … seals, at last every 32. */
const MAX_SKIP = 32;

/** WitnessState is how it stands with one witness, for /metrics. */
export interface WitnessState {
  name: string;
  /** the newest seal it has cosigned, or null */
  seal: number | null;
  /** what it said last instead of a cosignature, or null */
  problem: string | null;
}

/**
 * WitnessAsker asks one witness for its cosignature on the newest name-log checkpoint (c2sp.org/tlog-witness `add-checkpoint`), with
 * the proof from the size that it cosigned before. Nothing waits for it: what is wrong with it is logged once, and the next seal asks again.
 */
export class WitnessAsker {
  readonly state: WitnessState;
  readonly vkeyText: string;
  /** the size it has cosigned last, as far as is known here; null before the first ask */
  private cosignedSize: number | null = null;
  private failures = 0;
  private skip = 0;

  constructor(
    private readonly witness: Witness,
    private readonly stopping: AbortSignal,
  ) {
    this.vkeyText = formatVkey(witness.vkey);
    this.state = { name: witness.vkey.name, problem: null, seal: null };
  }

  /** ask brings the newest checkpoint to the witness, unless it has it already. It does not throw. */
  async ask(ctx: AppContext): Promise<void> {
    const { head } = ctx.registry;
    if (this.state.seal === head.number) return;
    if (this.skip > 0) {
      this.skip -= 1;
      return;
    }
    try {
      await this.bring(ctx, head);
      if (this.state.problem !== null) ctx.log(`witness ${this.state.name} cosigns again`);
      this.state.problem = null;
      this.failures = 0;
    } catch (error) {
      if (this.stopping.aborted) return;
      const problem = error instanceof Error ? error.message : String(error);
      if (this.state.problem !== problem) ctx.log(`witness ${this.state.name} does not cosign: ${problem}`);
      this.state.problem = problem;
      this.skip = Math.min(2 ** this.failures, MAX_SKIP) - 1;
      this.failures = Math.min(this.failures + 1, 10);
    }
  }

  /**
   * seenSize is the size of this log that the witness has cosigned before, or null if it does not say so in time: asked at a
   * start, with the checkpoint that is published already.
   */
  async seenSize(ctx: AppContext): Promise<number | null> {
    const { head } = ctx.registry;
    try {
      const answer = await postCheckpoint(this.witness, `old 0\n\n${head.notes.names}`, AbortSignal.any([this.stopping, AbortSignal.timeout(START_MS)]));
      if (answer.status === 200) await this.keep(ctx, head, answer.body);
      return answer.status === 200 ? head.names.size : answer.status === 409 ? sizeIn(answer.body) : null;
    } catch {
      // It is asked again after the next seal, and what is wrong is logged then.
      return null;
    }
  }

  private async bring(ctx: AppContext, head: SealFacts): Promise<void> {
    this.cosignedSize ??= await this.sizeKnown(ctx);
    let answer = await this.post(ctx, head, this.cosignedSize);
    if (answer.status === 409) {
      this.cosignedSize = conflictSize(answer.body, head);
      answer = await this.post(ctx, head, this.cosignedSize);
    }
    if (answer.status !== 200) throw new Error(said(answer));
    await this.keep(ctx, head, answer.body);
    this.cosignedSize = head.names.size;
    this.state.seal = head.number;
  }

  /** The size of the newest seal that this registry has a line of the witness on; it may have lost some, and the witness then says so. */
  private async sizeKnown(ctx: AppContext): Promise<number> {
    const number = await newestCosigned(ctx.db, this.vkeyText);
    const seal = number === null ? null : await sealByNumber(ctx.db, number);
    return seal?.names.size ?? 0;
  }

  private async post(ctx: AppContext, head: SealFacts, oldSize: number): Promise<{ status: number; body: string }> {
    const { size } = head.names;
    const proof = oldSize === 0 || oldSize === size ? [] : await proveConsistency(ctx, 'names', oldSize, size);
    return postCheckpoint(this.witness, `old ${oldSize}\n${proof.map((hash) => `${toBase64(hash)}\n`).join('')}\n${head.notes.names}`, this.stopping);
  }

  /** keep verifies the witness's own line, and keeps that one only: what else it sends is nobody's word. */
  private async keep(ctx: AppContext, head: SealFacts, body: string): Promise<void> {
    const { vkey } = this.witness;
    const lines = body.endsWith('\n') ? body.slice(0, -1).split('\n') : [];
    const signature = lines.map(parsedLine).find((line) => line !== null && sameKeyHint(vkey, line));
    if (signature === undefined || signature === null) throw new Error('its answer holds no signature line of its key');
    const { timeSec } = verifyCosignature(vkey, parseNote(head.notes.names).text, signature.bytes);
    if (timeSec === 0) throw new Error('its cosignature states no time');
    const line = signatureLine(vkey.name, vkey.keyId, signature.bytes);
    if (head.number <= ctx.registry.head.number - OPEN_SEALS) return;
    if (await addCosignature(ctx.db, { line, role: 'witness', seal: head.number, timeSec, vkey: this.vkeyText })) ctx.registry.addLine(head.number, line);
  }
}

/** postCheckpoint sends one `add-checkpoint` request. @throws Error if there is no answer in time, or one that is too long or no text. */
async function postCheckpoint(witness: Witness, body: string, stopping: AbortSignal): Promise<{ status: number; body: string }> {
  let response: Response;
  try {
    const signal = AbortSignal.any([stopping, AbortSignal.timeout(ANSWER_MS)]);
    response = await fetch(`${witness.url}/add-checkpoint`, { body, headers: { 'content-type': 'text/plain; charset=utf-8' }, method: 'POST', redirect: 'error', signal });
    return { body: await limitedText(response), status: response.status };
  } catch (error) {
    const { name, cause } = error instanceof Error ? error : new Error(String(error));
    if (name === 'TimeoutError') throw new Error(`no answer within ${ANSWER_MS / 1000} s`, { cause: error });
    if (error instanceof AnswerError) throw error;
    throw new Error(`it cannot be reached${cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : ''}`, { cause: error });
  }
}

class AnswerError extends Error {}

async function limitedText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = [];
  let sizeBytes = 0;
  for await (const chunk of (response.body ?? []) as AsyncIterable<Uint8Array>) {
    sizeBytes += chunk.length;
    if (sizeBytes > MAX_ANSWER_BYTES) throw new AnswerError(`its answer has more than ${MAX_ANSWER_BYTES} bytes`);
    chunks.push(chunk);
  }
  try {
    return decodeUtf8(Buffer.concat(chunks));
  } catch {
    throw new AnswerError('its answer is no text');
  }
}

/**
 * checkWitnesses asks all witnesses at a start which size of the log they have cosigned: one that is larger than the database's
 * means that going on would fork the log. Witnesses that do not answer are no obstacle. Throws DamageError.
 */
export async function checkWitnesses(ctx: AppContext, askers: readonly WitnessAsker[]): Promise<void> {
  const sizes = await Promise.all(askers.map(async (asker) => ({ name: asker.state.name, size: await asker.seenSize(ctx) })));
  // Another process may have sealed meanwhile, and asked.
  const stored = (await readHead(ctx.db)).names.size;
  const ahead = sizes.find(({ size }) => size !== null && size > stored);
  if (ahead === undefined) return;
  throw new DamageError(`witness ${ahead.name} has cosigned ${ahead.size} entries of the names log, and the database holds ${stored}: going on from an old copy would fork the log. Restore the newest one (or, if it is the witness that is wrong, take it out of MNS_WITNESSES)`);
}

/** conflictSize reads the body of a 409: the size that the witness has cosigned. @throws Error if it is none, or larger than the log. */
function conflictSize(body: string, head: SealFacts): number {
  const size = sizeIn(body);
  if (size === null) throw new Error('it says that the old size is another one, and not which');
  if (size > head.names.size) throw new Error(`IT HAS COSIGNED A LARGER LOG, of ${size} entries, than this one of ${head.names.size}: this registry has been put back, or there is another one with its key`);
  return size;
}

function sizeIn(body: string): number | null {
  return body.endsWith('\n') ? parseDecimal(body.slice(0, -1)) : null;
}

function said({ status, body }: { status: number; body: string }): string {
  const known: Record<number, string> = {
    403: 'it does not know the key of this log',
    404: 'it does not know this log',
    409: 'it says again that the old size is another one',
    422: 'THE PROOF DOES NOT HOLD for what it has cosigned before: it has seen another log with this key',
  };
  return `${known[status] ?? 'its answer'} (${status}${/^[ -~]{1,200}\n?$/.test(body) ? `: ${body.trim()}` : ''})`;
}

function parsedLine(line: string): ReturnType<typeof parseSignatureLine> | null {
  try {
    return parseSignatureLine(line);
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}
