import type { Json } from '../core/bytes/canonical-json';
import type { SandboxKind, SandboxStore } from './store';

/** memoryStore is a SandboxStore that forgets everything with the process; for tests. */
export function memoryStore(): SandboxStore {
  const objects = new Map<string, string>();
  const keyOf = (kind: SandboxKind, id: string) => `${kind}\n${id}`;
  const read = (key: string): Json | null => {
    const text = objects.get(key);
    return text === undefined ? null : (JSON.parse(text) as Json);
  };
  return {
    get: async (kind, id) => read(keyOf(kind, id)),
    change: async (kind, id, decide) => {
      const after = decide(read(keyOf(kind, id)));
      if (after !== null) objects.set(keyOf(kind, id), JSON.stringify(after));
      return read(keyOf(kind, id));
    },
    list: async (kind, limit, startingAfter) => {
      const ids = [...objects.keys()].filter((key) => key.startsWith(`${kind}\n`)).map((key) => key.slice(kind.length + 1)).reverse();
      const from = startingAfter === undefined ? 0 : ids.indexOf(startingAfter) + 1;
      return ids.slice(from, from + limit).map((id) => ({ id, value: read(keyOf(kind, id)) }));
    },
  };
}
