import { randomInt } from 'node:crypto';
import { array, hash, integer, string } from '../../core/bytes/fields';
import { type Address, parseAddress } from '../../core/resolution/address';
import { resolve } from '../../core/resolution/resolve';
import { MAX_COUNTER, MAX_HOST_LENGTH, MAX_TENURE } from '../../core/registry/limits';
import { readIdentity } from '../../core/registry/state';
import { everyChain, openPolicies } from '../../core/validation/policy-chain';
import { isHost } from '../../core/assertion/service';
import { isCanonicalName } from '../../core/assertion/name';
import { isLoggedUdf } from '../../core/keys/udf';
import { CopyReader } from '../../copy/copy-reader';
import { readPolicies } from '../../copy/policy-watch';
import { StateIndex } from '../../copy/state-index';
import { refuseCli } from '../cli-refusal';
import type { Json } from '../../core/bytes/canonical-json';
import { addressUnder, askServer, getJson, jsonOf, plain } from '../http';
import { Names } from '../names/open-names';
import { fieldsOf, type Net, understood } from '../registry/registry-api';

/** Found is whom an address means and where their messages go. */
export interface Found {
  readonly name: string;
  readonly tenure: number;
  readonly udf: string;
  /** The provider's host, or null if there is none. */
  readonly host: string | null;
  /** For a UDF: all its living tenures. */
  readonly names: readonly { readonly name: string; readonly tenure: number }[];
  readonly warnings: readonly { readonly code: string; readonly detail: string }[];
  readonly ageSec: number;
}

/** Keys are an identity's newest keys, base64, as far as the source has the log. */
export interface Keys {
  readonly encrypt: string;
  readonly key: string;
  readonly number: number;
}

/** Directory answers who somebody is: from an own copy, or from a provider that is trusted with that. */
export interface Directory {
  /** The ids under which the log is known, the newest first: more than one if a registry went on from another. Empty if only the provider knows. */
  readonly registries: readonly string[];
  find(address: string, remembered: (name: string) => number | null): Promise<Found>;
  /** Null for an identity that is not logged. */
  keysOf(udf: string): Promise<Keys | null>;
  close(): Promise<void>;
}

/** copyDirectory answers from the copy in `dir`. @throws CopyRefusal. */
export async function copyDirectory(dir: string, net: Net): Promise<Directory> {
  const copy = CopyReader.open(dir);
  const { registry } = copy.needHead();
  const names = await Names.open({ copy, isOnce: true, seed: randomInt(2 ** 32) });
  const state = StateIndex.open(copy).stateReader();
  return {
    close: async () => {
      await names.close();
      copy.close();
    },
    find: (address, remembered) => {
      const table = names.table() ?? refuseCli('not-found', `${dir} holds no whole copy yet.`);
      return Promise.resolve(resolve(parseAddress(address), table, { nowSec: net.clock(), remembered }));
    },
    keysOf: (udf) => Promise.resolve(readIdentity(state, udf)?.entry ?? null),
    registries: registriesOf(dir, registry),
  };
}

function registriesOf(dir: string, registry: string): string[] {
  const policies = readPolicies(dir);
  return policies === null ? [registry] : everyChain(openPolicies(policies, registry)).map((chain) => chain.registry);
}

/** serverDirectory asks a provider (`mns serve`), whose word is taken. @throws CliRefusal. */
export function serverDirectory(url: string, net: Net): Directory {
  return {
    close: () => Promise.resolve(),
    find: async (address, remembered) => {
      const parsed = parseAddress(address);
      const known = parsed.kind === 'name' && parsed.tenure === null && parsed.udf === null ? remembered(parsed.name) : null;
      return ofAddress(parsed, readFound(await getJson(net, addressUnder(url, `/resolve/${encodeURIComponent(address)}${known === null ? '' : `?remembered=${known}`}`))));
    },
    keysOf: async (udf) => {
      const at = addressUnder(url, `/mns/mail/identity/${encodeURIComponent(udf)}`);
      const answer = await askServer(net, at);
      return answer.status === 404 ? null : readKeys(jsonOf(answer, at), udf);
    },
    registries: [],
  };
}

/** ofAddress sees that an answer is about what was asked for, as far as the address itself says. @throws CliRefusal `bad-answer`. */
function ofAddress(asked: Address, found: Found): Found {
  const isName = asked.kind !== 'name' || (asked.name === found.name && (asked.tenure ?? found.tenure) === found.tenure);
  const isHolder = asked.kind === 'elsewhere' || asked.udf === null || found.udf.startsWith(asked.udf);
  return isName && isHolder ? found : refuseCli('bad-answer', 'The answer is about another name or holder than the address.');
}

/** readKeys reads `GET /mns/mail/identity/<udf>`. @throws CliRefusal `bad-answer`. */
export function readKeys(value: Json, udf: string): Keys {
  const fields = fieldsOf(value, 'The answer about the identity');
  return understood('The answer about the identity', () => {
    if (fields['udf'] !== udf) refuseCli('bad-answer', 'The answer is about another identity.');
    return { encrypt: hash(fields['encrypt'] ?? null, 'encrypt'), key: hash(fields['key'] ?? null, 'key'), number: integer(fields['number'] ?? null, 'number', 0, MAX_COUNTER) };
  });
}

function readFound(value: Json): Found {
  const fields = fieldsOf(value, 'The answer to the address');
  return understood('The answer to the address', () => {
    const host = fields['host'] == null ? null : string(fields['host'], 'host', MAX_HOST_LENGTH);
    const udf = string(fields['udf'] ?? null, 'udf', 52);
    if ((host !== null && !isHost(host)) || !isLoggedUdf(udf)) refuseCli('bad-answer', 'The answer to the address is not what it should be.');
    return {
      ageSec: integer(fields['ageSec'] ?? null, 'ageSec', 0),
      host,
      ...readLink(value),
      names: array(fields['names'] ?? null, 'names', 1_000).map(readLink),
      udf,
      warnings: array(fields['warnings'] ?? null, 'warnings', 100).map((item) => {
        const warning = fieldsOf(item, 'A warning');
        return { code: plain(string(warning['code'] ?? null, 'code', 100)), detail: plain(string(warning['detail'] ?? null, 'detail', 1_000)) };
      }),
    };
  });
}

function readLink(value: Json): { name: string; tenure: number } {
  const fields = fieldsOf(value, 'A name');
  const name = string(fields['name'] ?? null, 'name', 63);
  if (!isCanonicalName(name)) refuseCli('bad-answer', 'The answer to the address names no name.');
  return { name, tenure: integer(fields['tenure'] ?? null, 'tenure', 0, MAX_TENURE) };
}
