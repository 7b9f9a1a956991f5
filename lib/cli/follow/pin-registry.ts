import { fromBase64 } from '../../core/bytes/base64';
import { Refusal } from '../../core/refusal';
import { refuseCopy } from '../../copy/copy-refusal';
import type { CopyWriter } from '../../copy/copy-writer';
import type { LogSource } from '../../copy/log-source';
import { PIN_FILE, type Pin, encodePin, readPin } from '../../copy/pin';
import { type Io, UsageError } from '../command';

/** PinInput: `asked` is what `--registry` says, or null. */
export interface PinInput {
  readonly asked: string | null;
  readonly source: LogSource;
  readonly writer: CopyWriter;
}

/**
 * pinRegistry says which registry a copy follows: the one that was asked for, or the pinned one; at first sight the one that the
 * source names, which is told and kept. A source can never change it.
 * @throws CopyRefusal `other-registry`, `bad-answer`; UsageError.
 */
export async function pinRegistry({ asked, source, writer }: PinInput, io: Io): Promise<Pin> {
  const pinned = readPin(writer.dir);
  const wanted = asked === null ? null : registryId(asked);
  if (pinned !== null && (wanted === null || wanted === pinned.registry)) return pinned;
  if (pinned !== null) return refuseCopy('other-registry', `This copy is pinned to the registry ${pinned.registry}.`);
  const registry = wanted ?? (await source.hint()) ?? refuseCopy('bad-answer', `${source.url} does not say which registry it has; give --registry ID.`);
  const pin: Pin = { before: [], registry, sinceSec: io.clock(), url: source.url };
  await writer.replace(PIN_FILE, encodePin(pin));
  if (wanted === null) io.err(`first sight: ${source.url} is the registry ${registry}. From now on this copy follows no other; compare the id with what others see.`);
  return pin;
}

/** registryId reads an id as it is shown: 44 characters of base64. @throws UsageError. */
export function registryId(text: string): string {
  try {
    fromBase64(text, 32);
    return text;
  } catch (error) {
    if (error instanceof Refusal) throw new UsageError('a registry id is 44 characters of base64, as /.well-known/mns.json shows it');
    throw error;
  }
}
