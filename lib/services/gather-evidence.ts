import { evidenceFileName, MAX_EVIDENCE_BYTES } from '../core/validation/evidence-file';
import { verifyEvidence } from '../core/validation/verify-evidence';
import type { AppContext } from './app-context';
import { isEvidenceName } from './evidence-folder';

/** How long one answer is waited for, and how long a list may be. */
const ANSWER_MS = 10_000;
const MAX_LIST_BYTES = 262_144;
/** What is taken from one host in one round, and kept of all: a host that floods us gets no further. */
const MAX_NEW_FILES = 4;
const MAX_KEPT_FILES = 50;

/**
 * gatherEvidence asks the hosts configured, those of validators, what evidence they publish against this registry, checks it, and
 * publishes what holds. A registry that hides it gains nothing: the validators show it themselves. What a host does wrong is logged.
 */
export async function gatherEvidence(ctx: AppContext, hosts: readonly string[]): Promise<number> {
  let added = 0;
  for (const host of hosts) {
    try {
      added += await gatherFrom(ctx, host.replace(/\/$/, ''));
    } catch (error) {
      ctx.log(`evidence of ${host} could not be asked for: ${error instanceof Error ? error.message : String(error)}`);
    }
  }
  return added;
}

async function gatherFrom(ctx: AppContext, host: string): Promise<number> {
  const listed = namesIn(JSON.parse(new TextDecoder().decode(await get(`${host}/evidence`, MAX_LIST_BYTES))));
  const known = new Set((await ctx.evidence.list()).map(({ name }) => name));
  let added = 0;
  for (const name of listed.filter((one) => !known.has(one)).slice(0, MAX_NEW_FILES)) {
    if (known.size + added >= MAX_KEPT_FILES) break;
    const bytes = await get(`${host}/evidence/${name}`, MAX_EVIDENCE_BYTES);
    const { kind, ok, says } = verifyEvidence(bytes, { registry: ctx.registry.id });
    // By its own name, so that the same file from two hosts is one.
    if (!ok || kind === null || evidenceFileName(kind, bytes) !== name) continue;
    await ctx.evidence.add(name, bytes);
    ctx.log(`EVIDENCE AGAINST THIS REGISTRY, from ${host}: ${says ?? name}`);
    added += 1;
  }
  return added;
}

function namesIn(json: unknown): string[] {
  const files = typeof json === 'object' && json !== null && 'evidence' in json ? json.evidence : null;
  if (!Array.isArray(files)) throw new Error('the answer is no list of evidence');
  return files.map((file: unknown) => (typeof file === 'object' && file !== null && 'name' in file ? String(file.name) : '')).filter(isEvidenceName);
}

async function get(url: string, maxBytes: number): Promise<Uint8Array> {
  const answer = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(ANSWER_MS) });
  if (!answer.ok || answer.body === null) throw new Error(`${url} answered ${answer.status}`);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body) {
    size += chunk.length;
    if (size > maxBytes) throw new Error(`${url} answered with more than ${maxBytes} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
