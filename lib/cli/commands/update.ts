import { formatTenureName, parseTenureName } from '../../core/assertion/name';
import { assertionToSign } from '../../core/assertion/parse';
import type { HolderUpdatePayload } from '../../core/assertion/payloads';
import { describe } from '../../core/assertion/sentence';
import { toBase64 } from '../../core/bytes/base64';
import { fromHex } from '../../core/bytes/hex';
import { attach } from '../../core/keys/dsse';
import { refuseCli } from '../cli-refusal';
import { type Command, type CommandArgs, type Io, neededOption, onePositional, textOption, UsageError } from '../command';
import { identityFor, SECRET_OPTIONS, SECRET_USAGE } from '../keys/secrets';
import { dnsOption, nameArgument, RECORD_OPTIONS, RECORD_USAGE, serviceOption } from '../registry/choices';
import { knowRegistry, proveState, submit, untilSealed } from '../registry/registry-api';

const USAGE = `mns update @NAME --key FILE --url URL [--service HOST] [--dns ADDRESS …]

Moves a name to another provider or to other name servers, waits for the seal, and verifies the proof itself.

  --key FILE              your key file
  --url URL               the registry; --registry ID if it is not the one that the key file was made for, but goes on from it
${RECORD_USAGE}
                          what is not given stays as it is; --dns none empties the list
${SECRET_USAGE}`;

const VALID_SEC = 86_400;
const SEALED_WITHIN_SEC = 60;
const SEALED_WITHIN_PERIODS = 5;

/** command is `mns update`. */
export const command: Command = {
  name: 'update',
  options: { ...SECRET_OPTIONS, ...RECORD_OPTIONS, registry: { type: 'string' }, url: { type: 'string' } },
  run: runUpdate,
  summary: 'move a name to another provider, or change its name servers',
  usage: USAGE,
};

async function runUpdate(args: CommandArgs, io: Io): Promise<number> {
  const asked = onePositional(args, '@NAME').replace(/^@/, '');
  const { name, tenure } = parseTenureName(asked) ?? { name: nameArgument(asked).name, tenure: null };
  const [service, dns] = [serviceOption(args), dnsOption(args)];
  if (service === undefined && dns === undefined) throw new UsageError('nothing to change: give --service or --dns');
  const identity = await identityFor(args, io);
  const known = await knowRegistry(io, neededOption(args, 'url'), textOption(args, 'registry') ?? identity.registry);
  const path = `names/${tenure === null ? name : formatTenureName(name, tenure)}`;
  const trust = { registry: known.registry, subject: { kind: 'name', name, tenure } as const };
  const state = await proveState(io, known.url, path, trust);
  const record = state.present ? state.record : null;
  if (record === null || record.udf !== identity.udf) return refuseCli('other-identity', `@${asked} is not held by the identity of this key file.`);
  const payload: HolderUpdatePayload = {
    display: record.display,
    dns: dns ?? [...record.dns],
    name,
    notAfter: io.clock() + VALID_SEC,
    prev: record.head,
    registry: known.registry,
    service: service === undefined ? record.service : service,
    tenure: record.tenure,
    type: 'update',
  };
  io.err(describe(payload, record));
  const toSign = assertionToSign(payload);
  const { id, bySeal } = await submit(io, known, attach(toSign, [{ publicKey: identity.publicKey, signature: identity.sign(toSign) }]));
  io.err(`mns: accepted, promised by seal ${bySeal}`);
  const { seal } = await untilSealed(io, known, id, Math.max(SEALED_WITHIN_SEC, SEALED_WITHIN_PERIODS * known.periodSec));
  const after = await proveState(io, known.url, path, { ...trust, seen: null });
  if (after.record?.head !== toBase64(fromHex(id))) return refuseCli('bad-answer', 'The registry says that the change is sealed, but its proof shows the record from before.');
  io.out(`@${name}.${record.tenure} is changed with seal ${seal}; the proof was checked here.`);
  return 0;
}
