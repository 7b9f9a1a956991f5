import { readFileSync, statSync } from 'node:fs';
import { isBase64 } from '../../core/bytes/base64';
import { COSIGNATURE, type Vkey } from '../../core/note/vkey';
import { showUdf } from '../../core/keys/udf';
import { EVIDENCE_FORMAT, MAX_EVIDENCE_BYTES } from '../../core/validation/evidence-file';
import { RECEIPT_FORMAT, verifyReceiptFile } from '../../core/validation/receipt-file';
import { parseTokenPolicy, type TokenPolicy } from '../../core/validation/token-policy';
import { verifyEvidence } from '../../core/validation/verify-evidence';
import { verifyTlogProof } from '../../core/validation/verify-tlog-proof';
import { CopyReader } from '../../copy/copy-reader';
import { refuseCli } from '../cli-refusal';
import { type Command, type CommandArgs, flagOption, type Io, numberOption, onePositional, textOption, textsOption, UsageError } from '../command';
import { showKeyFile } from '../keys/key-file';
import { printSteps } from '../print-steps';
import { readKey } from '../witness/log-list';

const USAGE = `mns verify FILE [--registry ID | --data DIR | --key FILE] [--json]

Checks, step by step and offline, what somebody gives you: a receipt (.mns-receipt.json), evidence (.mns-evidence.json), or a proof
of any tiled log (.tlog-proof). Exit code 0 only if every step holds and the registry is the one that you trust.

  --registry ID           the registry that you trust (base64)
  --data DIR              or the one of this local copy
  --key FILE              or the one that this key file was made for
  --policy FILE           whose tokens (or cosignatures) must stand on the checkpoint, and how many (c2sp.org/tlog-policy)
  --json                  the outcome as one line of JSON

For .tlog-proof:
  --log VKEY              the log's verifier key; may be given several times
  --cosigner VKEY         a witness or validator that you count; may be given several times
  --quorum K              how many of them must have signed (default: more than half)
  --entry FILE            the entry itself, if the file does not bring it as extra`;

const TLOG_PROOF = 'c2sp.org/tlog-proof@v1\n';
const START_BYTES = 65_536;

/** command is `mns verify`. */
export const command: Command = {
  name: 'verify',
  options: { cosigner: { multiple: true, type: 'string' }, data: { type: 'string' }, entry: { type: 'string' }, json: { type: 'boolean' }, key: { type: 'string' }, log: { multiple: true, type: 'string' }, policy: { type: 'string' }, quorum: { type: 'string' }, registry: { type: 'string' } },
  run: (args, io) => Promise.resolve(runVerify(args, io)),
  summary: 'check a receipt, evidence or a .tlog-proof',
  usage: USAGE,
};

function runVerify(args: CommandArgs, io: Io): number {
  const bytes = readFile(onePositional(args, 'FILE'));
  const start = Buffer.from(bytes.subarray(0, START_BYTES)).toString('latin1');
  if (start.startsWith(TLOG_PROOF)) return verifyProof(args, io, bytes);
  const registry = pinnedRegistry(args);
  const format = formatOf(bytes);
  if (format === RECEIPT_FORMAT) return verifyReceipt(args, io, bytes, registry);
  if (format === EVIDENCE_FORMAT) return verifyEvidenceFile(args, io, bytes, registry);
  return refuseCli('bad-file', 'This is no receipt, no evidence and no .tlog-proof.');
}

function verifyReceipt(args: CommandArgs, io: Io, bytes: Uint8Array, registry: string | null): number {
  const { chain, ok, promisedBySeal, record, seal, steps } = verifyReceiptFile(bytes, { registry, tokens: policyOf(args) });
  const asJson = flagOption(args, 'json');
  const summary = record === null || seal === null ? null : { name: record.name, seal: seal.number, tenure: record.tenure, timeSec: seal.timeSec, udf: record.udf };
  printSteps(io, { ok: ok && registry !== null, steps }, asJson, { kind: 'receipt', promisedBySeal, registry: chain?.registry ?? null, summary });
  if (ok && summary !== null && !asJson) io.out(`@${summary.name}.${summary.tenure} was held by ${showUdf(summary.udf)} at seal ${summary.seal}, ${new Date(summary.timeSec * 1000).toISOString()}.`);
  return ending(io, ok, registry, chain?.registry ?? null);
}

function verifyEvidenceFile(args: CommandArgs, io: Io, bytes: Uint8Array, registry: string | null): number {
  const { kind, ok, registry: found, says, steps } = verifyEvidence(bytes, { registry });
  const asJson = flagOption(args, 'json');
  printSteps(io, { ok: ok && registry !== null, steps }, asJson, { evidence: kind, kind: 'evidence', registry: found, says });
  if (ok && says !== null && !asJson) io.out(says);
  return ending(io, ok, registry, found);
}

function verifyProof(args: CommandArgs, io: Io, bytes: Uint8Array): number {
  const logs = textsOption(args, 'log').map(readKey);
  if (logs.length === 0) throw new UsageError('--log VKEY is missing: a proof holds only for a log that you trust');
  const policy = policyOf(args);
  const cosigners = [...textsOption(args, 'cosigner').map(readCosigner), ...(policy?.validators ?? []).map(({ vkey }) => vkey)];
  const quorum = numberOption(args, 'quorum', policy?.threshold ?? (cosigners.length === 0 ? 0 : Math.floor(cosigners.length / 2) + 1));
  const entry = textOption(args, 'entry');
  const { index, ok, origin, size, steps } = verifyTlogProof(bytes, { cosigners, entry: entry === null ? null : readFile(entry), logs, quorum });
  const asJson = flagOption(args, 'json');
  printSteps(io, { ok, steps }, asJson, { index, kind: 'tlog-proof', origin, size });
  if (ok && !asJson) io.out(`Entry ${index} of ${origin} is in the log of ${size} entries.`);
  return ok ? 0 : 1;
}

function policyOf(args: CommandArgs): TokenPolicy | null {
  const file = textOption(args, 'policy');
  return file === null ? null : parseTokenPolicy(Buffer.from(readFile(file)).toString('utf8'));
}

function readCosigner(text: string): Vkey {
  const vkey = readKey(text);
  return vkey.type === COSIGNATURE ? vkey : refuseCli('bad-option', `${vkey.name} is no key for cosignatures.`);
}

/** ending says what a file proves that comes from a registry nobody has pinned: nothing yet. */
function ending(io: Io, ok: boolean, pinned: string | null, found: string | null): number {
  if (ok && pinned === null) io.err(`mns: it holds for the registry ${found ?? ''}. Is that the one you trust? Then give --registry ${found ?? ''}`);
  return ok && pinned !== null ? 0 : 1;
}

function pinnedRegistry(args: CommandArgs): string | null {
  const [registry, data, key] = [textOption(args, 'registry'), textOption(args, 'data'), textOption(args, 'key')];
  if (registry !== null) return isBase64(registry) && registry.length === 44 ? registry : refuseCli('bad-option', '--registry takes a registry id: 32 bytes in base64.');
  if (key !== null) return showKeyFile(key).registry;
  if (data === null) return null;
  const reader = CopyReader.open(data);
  try {
    return reader.needHead().registry;
  } finally {
    reader.close();
  }
}

function formatOf(bytes: Uint8Array): string | null {
  try {
    const value = JSON.parse(Buffer.from(bytes).toString('utf8')) as unknown;
    return typeof value === 'object' && value !== null && 'format' in value && typeof value.format === 'string' ? value.format : null;
  } catch {
    return null;
  }
}

function readFile(path: string): Uint8Array {
  try {
    if (statSync(path).size <= MAX_EVIDENCE_BYTES) return new Uint8Array(readFileSync(path));
  } catch {
    return refuseCli('no-file', `${path} can't be read.`);
  }
  return refuseCli('bad-file', `${path} is larger than any file that is checked here.`);
}
