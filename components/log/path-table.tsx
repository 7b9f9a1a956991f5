import { Hash } from '@/components/ui/hash';
import { ScrollBox } from '@/components/ui/scroll-box';
import type { PathStep } from './proof-path';

/** PathTable shows an inclusion proof as a table: from the leaf hash up to the root. */
export function PathTable({ leafHash, path, root }: { leafHash: string; path: PathStep[]; root: string | null }) {
  const cell = 'py-2.5 pr-6 align-top';
  return (
    <ScrollBox label="Inclusion proof">
      <table className="w-full min-w-136 text-left text-sm">
        <thead className="text-[0.8125rem] text-muted">
          <tr className="border-b">
            <th scope="col" className="py-2 pr-6 font-normal">
              Step
            </th>
            <th scope="col" className="py-2 pr-6 font-normal">
              Neighbour
            </th>
            <th scope="col" className="py-2 font-normal">
              Hash of both
            </th>
          </tr>
        </thead>
        <tbody className="divide-y divide-line">
          <tr>
            <th scope="row" className={`${cell} font-normal text-muted`}>
              Leaf
            </th>
            <td className={`${cell} text-muted`}>the entry itself</td>
            <td className="py-1.5 align-top">
              <Hash value={leafHash} label="leaf hash" short />
            </td>
          </tr>
          {path.map((step, at) => (
            <tr key={at}>
              <th scope="row" className={`${cell} font-normal text-muted tabular-nums`}>
                {at + 1}
              </th>
              <td className="py-1.5 pr-6 align-top">
                <Hash value={step.neighbour} label={`neighbour ${at + 1}`} short />
                <span className="block text-xs text-muted">on the {step.side}</span>
              </td>
              <td className="py-1.5 align-top">
                <Hash value={step.result} label={`hash of step ${at + 1}`} short />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {root && (
        <p className="mt-3 flex flex-wrap items-baseline gap-x-2 text-sm text-muted">
          The last one must be the root hash in the checkpoint: <Hash value={root} label="root hash" short />
        </p>
      )}
    </ScrollBox>
  );
}
