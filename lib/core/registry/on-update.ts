import { isRootUpdate, type UpdatePayload } from '../assertion/payloads';
import { refuse } from '../refusal';
import { ROOT_CHANGES } from './limits';
import { recordOf } from './lookup';
import type { SealContext } from './seal-context';
import type { RecordEntry, StateReader } from './state';

/**
 * onUpdate changes service, DNS addresses or display of a living tenure, or of one that ended by reassignment: its holder
 * goes on under `@name.N`. The holder's chain and the root's chain are apart, so that neither makes the other stale.
 * @throws Refusal `unknown-name`, `wrong-tenure`, `stale-prev`, `stale-of`, `no-changes-left`, `nothing-changes`.
 */
export function onUpdate(payload: UpdatePayload, hash: string, state: StateReader, at: SealContext): RecordEntry[] {
  const { entry: record, index } = recordOf(state, payload.name, payload.tenure);
  if (record.ended !== null && record.ended !== 'reassignment') refuse('wrong-tenure', `Tenure ${record.tenure} of @${record.name} has ended.`);
  const same = record.service === payload.service && record.display === payload.display && sameList(record.dns, payload.dns);
  const common = { display: payload.display, dns: payload.dns, prev: index, proof: at.proofIndex, service: payload.service, source: at.proofIndex };
  if (isRootUpdate(payload)) {
    if (payload.of !== record.root.head) refuse('stale-of', 'Another root-signed assertion came first. Fetch the record and sign again.');
    if (same) refuse('nothing-changes', 'The record says so already.');
    if (record.root.changes >= ROOT_CHANGES) refuse('no-changes-left', `All ${ROOT_CHANGES} root-signed updates of this tenure are used.`);
    return [{ ...record, ...common, root: { changes: record.root.changes + 1, head: hash } }];
  }
  if (payload.prev !== record.head) refuse('stale-prev', 'Another change came first. Fetch the record and sign again.');
  if (same) refuse('nothing-changes', 'The record says so already.');
  if (record.changes >= record.allowance) refuse('no-changes-left', `All ${record.allowance} changes of this tenure are used.`);
  return [{ ...record, ...common, changes: record.changes + 1, head: hash }];
}

function sameList(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((item, i) => item === b[i]);
}
