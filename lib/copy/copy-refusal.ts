/** CopyRefusalCode is what a local copy refuses beside the core's codes: reasons of this machine, or of a network. */
export type CopyRefusalCode =
  /** The folder holds no copy, or none that is complete yet. */
  | 'no-copy'
  /** A file of the copy is not as it was written. The next `mns follow` repairs it. */
  | 'damaged-copy'
  /** The copy doesn't reach there: it ends before, or began at a snapshot after. */
  | 'not-in-copy'
  /** Another process writes to the copy. */
  | 'copy-locked'
  /** The copy is pinned to another registry. */
  | 'other-registry'
  /** No answer in time, or none at all. */
  | 'unreachable'
  /** An answer that is none: a wrong status, too long, not what was asked for. */
  | 'bad-answer';

/** CopyRefusal is an expected "no" of a copy or of a source with a stable code; `detail` is one plain sentence. */
export class CopyRefusal extends Error {
  readonly code: CopyRefusalCode;
  readonly detail: string;

  constructor(code: CopyRefusalCode, detail: string) {
    super(`${code}: ${detail}`);
    this.name = 'CopyRefusal';
    this.code = code;
    this.detail = detail;
  }
}

/** refuseCopy throws a CopyRefusal; it is a function so that it can stand in an expression. */
export function refuseCopy(code: CopyRefusalCode, detail: string): never {
  throw new CopyRefusal(code, detail);
}
