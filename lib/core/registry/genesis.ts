import { type Continues, type Delays, type GenesisPayload, type Policy, type Schedule, ZERO } from '../assertion/payloads';
import { DEFAULT_DELAYS, DEFAULT_SCHEDULE, defaultCharacters } from '../assertion/policy-defaults';
import { WIRE } from './limits';

/** GenesisOptions is what differs from registry to registry. Keys are base64, logs are verifier keys named `<origin>/tlog/…`. */
export interface GenesisOptions {
  readonly origin: string;
  readonly periodSec: number;
  /** The last second at which seal 0 may stand. */
  readonly notAfterSec: number;
  readonly policy: Policy['policy'];
  readonly arbiters: Policy['arbiters'];
  readonly registrar: readonly string[];
  readonly logs: Policy['logs'];
  readonly delays?: Delays;
  /** What no policy may go below: the delays themselves unless said otherwise. */
  readonly floors?: Delays;
  readonly schedule?: Schedule;
  /** The registry whose history this one goes on with, and where. */
  readonly continues?: Continues | null;
}

/** makeGenesis is the payload that opens a registry; its hash is the registry id. The policy keys sign it (`assertionToSign`). */
export function makeGenesis(options: GenesisOptions): GenesisPayload {
  const delays = options.delays ?? DEFAULT_DELAYS;
  return {
    continues: options.continues ?? null,
    floors: options.floors ?? delays,
    notAfter: options.notAfterSec,
    number: 0,
    origin: options.origin,
    policy: {
      arbiters: options.arbiters,
      characters: defaultCharacters(),
      delays,
      logs: options.logs,
      periodSec: options.periodSec,
      policy: options.policy,
      registrar: [...options.registrar],
      schedule: options.schedule ?? DEFAULT_SCHEDULE,
      wire: WIRE,
    },
    prev: ZERO,
    registry: null,
    type: 'genesis',
  };
}
