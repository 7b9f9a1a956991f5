/** Turn is one token that may be logged: whose, and on which seal. */
export interface Turn {
  readonly vkey: string;
  readonly seal: number;
}

/**
 * takeTurns chooses which tokens a seal logs if there are more than fit: those of the validators that were logged longest ago, and of
 * one validator's two the newer one first, which is what readers ask for. `lastLogged` tells the seal in which a validator's last was.
 */
export function takeTurns<Row extends Turn>(rows: readonly Row[], lastLogged: (vkey: string) => number, max: number): Row[] {
  return rows.toSorted((a, b) => lastLogged(a.vkey) - lastLogged(b.vkey) || b.seal - a.seal).slice(0, max);
}
