/** Pin is what this browser remembers of a registry between visits: its id, and the newest names checkpoint it has verified. */
export interface Pin {
  /** base64 */
  registry: string;
  seen: { size: number; root: string } | null;
}

const KEY = 'mns.pin';

/** readPin returns what this browser has pinned for this site, or null on a first visit or where nothing can be stored. */
export function readPin(): Pin | null {
  try {
    const text = localStorage.getItem(KEY);
    if (text === null) return null;
    const { registry, seen } = JSON.parse(text) as Partial<Pin>;
    if (typeof registry !== 'string') return null;
    const known = seen !== null && typeof seen === 'object' && Number.isSafeInteger(seen.size) && typeof seen.root === 'string';
    return { registry, seen: known ? { size: seen.size, root: seen.root } : null };
  } catch {
    // Storage may be switched off: every visit is then a first one, and the page says so.
    return null;
  }
}

/** rememberHead pins a registry at its first verified checkpoint, and keeps the larger of two checkpoints after that. Call it with verified values only. */
export function rememberHead(registry: string, head: { size: number; root: string }): void {
  const before = readPin();
  if (before !== null && before.registry !== registry) return;
  if (before?.seen != null && before.seen.size >= head.size) return;
  try {
    localStorage.setItem(KEY, JSON.stringify({ registry, seen: { size: head.size, root: head.root } } satisfies Pin));
  } catch {
    // see readPin
  }
}
