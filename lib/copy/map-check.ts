import { fromBase64, toBase64 } from '../core/bytes/base64';
import { equalBytes } from '../core/bytes/bytes';
import { refuse } from '../core/refusal';
import type { CopyState } from './copy-state';
import type { PeriodCheck, SealedPeriod } from './sealed-period';

/** mapCheck is what `mns follow` checks of a period: that the map made of the name log's entries is the one its seal commits to. Whether the entries are right it leaves to validators. */
export function mapCheck(state: CopyState): PeriodCheck {
  return {
    kind: 'followed',
    period({ entries, names, seal }: SealedPeriod): void {
      const staged = state.stage(entries, names);
      if (staged.size !== seal.map.size || !equalBytes(staged.root, fromBase64(seal.map.root))) {
        staged.abort();
        refuse('wrong-map', `The records up to seal ${seal.number} make the map root ${toBase64(staged.root)}; the seal says ${seal.map.root}.`);
      }
      staged.commit();
    },
  };
}
