import type { MarkNotice } from '@/lib/client/wire';

/** MarkNoticeText says what a recorded trademark means for somebody who wants the name. */
export function MarkNoticeText({ mark }: { mark: MarkNotice }) {
  const classes = mark.classes.length === 0 ? '' : `, ${mark.classes.length === 1 ? 'class' : 'classes'} ${mark.classes.join(', ')}`;
  return (
    <p>
      {mark.owner} has put mark {mark.number} ({mark.office}
      {classes}) on record. You may register the name all the same, once you confirm that you have read this; the owner of the mark may open
      a dispute.
    </p>
  );
}
