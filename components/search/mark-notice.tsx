import type { MarkNotice } from '@/lib/client/wire';

/** MarkNoticeText says what a recorded trademark means for somebody who wants the name. */
export function MarkNoticeText({ mark }: { mark: MarkNotice }) {
  const classes = mark.classes.length === 0 ? '' : `, ${mark.classes.length === 1 ? 'class' : 'classes'} ${mark.classes.join(', ')}`;
  return (
    <p>
      {mark.owner} has put mark {mark.number} ({mark.office}
      {classes}) on record. You may register the name, but you will be asked to confirm that you have read this, and its owner may open a
      dispute.
    </p>
  );
}
