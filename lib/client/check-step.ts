/** CheckFact is one value a check looked at; `hash` and `bytes` are standard base64, `time` is seconds since 1970 in decimal. */
export interface CheckFact {
  label: string;
  value: string;
  kind: 'hash' | 'number' | 'time' | 'text' | 'bytes';
}

/** CheckStep is one step of a verification, with a title in plain words and what it rests on. */
export interface CheckStep {
  code: string;
  title: string;
  state: 'ok' | 'failed' | 'skipped';
  facts: CheckFact[];
  problem: { code: string; detail: string } | null;
}

/** CheckResult is a whole verification: `ok` only if every step that must hold does. */
export interface CheckResult {
  ok: boolean;
  steps: CheckStep[];
}
