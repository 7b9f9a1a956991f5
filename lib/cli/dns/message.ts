import { afterName } from './lifetime';
import { HEADER_BYTES, labelText, POINTER, TYPE } from './wire';

/** Item is one record of a message that others sent: where it begins, where its data lies. */
export interface Item {
  readonly at: number;
  readonly section: 'answer' | 'authority' | 'additional';
  readonly owner: string;
  readonly type: number;
  readonly ttlAt: number;
  readonly dataAt: number;
  readonly end: number;
}

const MAX_POINTERS = 64;

/** readMessage walks all records of a message. Null if it is not whole: what others send is never trusted to be. */
export function readMessage(message: Uint8Array): { questionEnd: number; items: Item[] } | null {
  if (message.length < HEADER_BYTES) return null;
  const u16 = (at: number) => ((message[at] as number) << 8) | (message[at + 1] as number);
  if (u16(4) !== 1) return null;
  const questionEnd = afterName(message, HEADER_BYTES) + 4;
  if (questionEnd > message.length) return null;
  const items: Item[] = [];
  let at = questionEnd;
  for (const [section, countAt] of [['answer', 6], ['authority', 8], ['additional', 10]] as const) {
    for (let left = u16(countAt); left > 0; left--) {
      const owner = readName(message, at);
      const fixed = afterName(message, at);
      if (owner === null || fixed + 10 > message.length) return null;
      const end = fixed + 10 + u16(fixed + 8);
      if (end > message.length) return null;
      items.push({ at, section, owner, type: u16(fixed), ttlAt: fixed + 4, dataAt: fixed + 10, end });
      at = end;
    }
  }
  return { questionEnd, items };
}

/** readName is the lower-case name at a place, following pointers backwards only. Null if it is malformed. */
export function readName(message: Uint8Array, start: number): string | null {
  const labels: string[] = [];
  let at = start;
  let total = 0;
  for (let jumps = 0; jumps < MAX_POINTERS; ) {
    const size = message[at];
    if (size === undefined) return null;
    if (size === 0) return labels.join('.');
    if (size >= POINTER) {
      const target = ((size & 0x3f) << 8) | (message[at + 1] ?? 0);
      if (target >= at) return null;
      at = target;
      jumps++;
      continue;
    }
    total += 1 + size;
    if (size > 63 || total > 255 || at + 1 + size > message.length) return null;
    labels.push(labelText(message, at + 1, size));
    at += 1 + size;
  }
  return null;
}

/** isWithin tells whether a name is a zone's own or lies below it. */
export function isWithin(name: string, zone: string): boolean {
  return name === zone || name.endsWith(`.${zone}`);
}

/** aged is a message whose TTLs have run down by some seconds, in place. */
export function aged(message: Uint8Array, seconds: number): Uint8Array {
  for (const { ttlAt, type } of readMessage(message)?.items ?? []) {
    if (type === TYPE.OPT) continue;
    const view = new DataView(message.buffer, message.byteOffset);
    view.setUint32(ttlAt, Math.max(0, view.getUint32(ttlAt) - seconds));
  }
  return message;
}
