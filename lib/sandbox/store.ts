import type { Json } from '../core/bytes/canonical-json';

/** SandboxKind tells the sandbox's objects apart in the store. */
export type SandboxKind = 'session' | 'event' | 'delivery' | 'idempotency' | 'control';

/**
 * SandboxStore keeps the sandbox's objects. It holds play money only: whoever can edit it can make the sandbox say that
 * a test payment was made, and nothing else.
 */
export interface SandboxStore {
  get(kind: SandboxKind, id: string): Promise<Json | null>;
  /**
   * change replaces one object atomically: `decide` sees what stands there (null: nothing) and gives what shall, or null to
   * leave it as it is. The answer is what stands there afterwards. `decide` may run again and must have no effects.
   */
  change(kind: SandboxKind, id: string, decide: (before: Json | null) => Json | null): Promise<Json | null>;
  /** list gives the newest objects first, at most `limit`, those created before `startingAfter` when given. */
  list(kind: SandboxKind, limit: number, startingAfter?: string): Promise<{ id: string; value: Json }[]>;
}
