import { readFileSync } from 'node:fs';
import { CopyReader } from '../../copy/copy-reader';
import type { Json } from '../../core/bytes/canonical-json';
import { formatTenureName } from '../../core/assertion/name';
import { groupUdf } from '../../core/resolution/address';
import type { Resolution } from '../../core/resolution/resolve';
import { ageWords } from '../../core/resolution/warnings';
import { Refusal, refuse } from '../../core/refusal';
import { parseTokenPolicy, type TokenPolicy } from '../../core/validation/token-policy';
import { refuseCli } from '../cli-refusal';
import { type Command, type CommandArgs, flagOption, type Io, numberOption, onePositional, textOption, UsageError } from '../command';
import { addressUnder, getJson } from '../http';
import { Names } from '../names/open-names';
import { type CopyTokens, tokensOfCopy } from '../names/tokens-of-copy';
import { readTokenPolicy } from '../policy/provider-policy';
import { resolveFrom } from '../serve/answer-piece';

/** command is `mns resolve`. */
export const command: Command = {
  name: 'resolve',
  summary: 'say where an address leads: @alice, coffeepot@alice, alice.0.mm--, a UDF',
  usage: [
    'mns resolve ADDRESS --data DIR | --server URL [--json] [--remembered N] [--policy FILE]',
    '',
    '--data DIR       answer from the copy in DIR',
    '--server URL     ask a provider that runs mns serve',
    '--remembered N   the tenure of the name that you have known: it is kept after a reassignment',
    '--policy FILE    whose tokens must cover the answer, with --data (c2sp.org/tlog-policy; DIR/policy.txt, if it is there, counts by itself)',
    '--json           the whole answer, as /resolve/ADDRESS gives it',
  ].join('\n'),
  options: { data: { type: 'string' }, json: { type: 'boolean' }, policy: { type: 'string' }, remembered: { type: 'string' }, server: { type: 'string' } },
  run: async (args, io) => {
    const found = await find(args, io);
    if (flagOption(args, 'json')) io.out(JSON.stringify(found, null, 2));
    else for (const line of linesOf(found)) io.out(line);
    return 0;
  },
};

/** Found is an answer, and how far it is covered by tokens if a policy asks for them. */
type Found = Resolution & { readonly tokens?: CopyTokens };

async function find(args: CommandArgs, io: Io): Promise<Found> {
  const address = onePositional(args, 'address');
  const [data, server] = [textOption(args, 'data'), textOption(args, 'server')];
  if ((data === null) === (server === null)) throw new UsageError('either --data DIR or --server URL says where to look');
  const remembered = textOption(args, 'remembered') === null ? null : numberOption(args, 'remembered', 0);
  if (server !== null) {
    if (textOption(args, 'policy') !== null) throw new UsageError('--policy goes with --data: what a server says is not covered by tokens');
    const query = remembered === null ? '' : `?remembered=${remembered}`;
    const json: Json = await getJson(io, addressUnder(server, `/resolve/${encodeURIComponent(address)}${query}`));
    const answer: object = Object(json) as object;
    return answer as Resolution;
  }
  const copy = CopyReader.open(data ?? '');
  try {
    copy.needHead();
    const policy = policyFor(args, copy.dir);
    const names = await Names.open({ copy, seed: Buffer.from(io.random(4)).readUInt32LE(0), isOnce: true });
    try {
      const found = resolveFrom(names, address, remembered, io.clock());
      if (policy === null) return found;
      const tokens = await tokensOfCopy(copy, policy, io);
      if (found.index >= tokens.size) refuse('too-few-tokens', `The newest record of @${found.name} is entry ${found.index}; the validators you trust have signed ${tokens.size} so far. Try again in a minute.`);
      return { ...found, tokens };
    } finally {
      await names.close();
    }
  } finally {
    copy.close();
  }
}

function policyFor(args: CommandArgs, dir: string): TokenPolicy | null {
  const file = textOption(args, 'policy');
  if (file === null) return readTokenPolicy(dir);
  try {
    return parseTokenPolicy(readFileSync(file, 'utf8'));
  } catch (error) {
    return error instanceof Refusal ? refuse(error.code, error.detail) : refuseCli('no-file', `${file} can't be read.`);
  }
}

/** linesOf says an answer to people: whose it is first, then where it leads, then what to beware of. */
export function linesOf(found: Found): string[] {
  const { name, tenure, udf, device, routes, host, service, via, dns, dnsFrom, dnsName, names, warnings, asOf, ageSec, currentTenure } = found;
  const rows: [string, string][] = [
    ['address', found.address],
    ['name', `@${formatTenureName(name, tenure)}${tenure === currentTenure ? '' : ` (current: @${formatTenureName(name, currentTenure)})`}`],
    ['identity', groupUdf(udf)],
  ];
  if (device !== null) rows.push(['device', `${device}, in the zone of @${name}`]);
  const chain = via.map((link) => `@${formatTenureName(link.name, link.tenure)}`).join(' → ');
  rows.push(['service', routes ? ([chain, host].filter(Boolean).join(' → ') || (service ?? 'none yet')) : 'none: this tenure does not route']);
  rows.push(['in DNS', dnsName]);
  if (dns.length > 0) rows.push(['DNS servers', `${dns.join(', ')}${dnsFrom === null || (dnsFrom.name === name && dnsFrom.tenure === tenure) ? '' : ` (of @${formatTenureName(dnsFrom.name, dnsFrom.tenure)})`}`]);
  if (names.length > 1) rows.push(['holds', names.map((link) => `@${formatTenureName(link.name, link.tenure)}`).join(', ')]);
  rows.push(['as of', `seal ${asOf.seal}, ${new Date(asOf.timeSec * 1000).toISOString().replace('.000', '')}, ${ageWords(ageSec)} ago`]);
  const { tokens } = found;
  if (tokens !== undefined) rows.push(['checked by', `${tokens.count} of the ${tokens.of} validators you trust (you ask for ${tokens.threshold}), the first ${tokens.size.toLocaleString('en-US')} entries`]);
  return [...rows.map(([label, value]) => `${label.padEnd(12)} ${plain(value)}`), ...warnings.map(({ code, detail }) => `warning      ${plain(`${code}: ${detail}`)}`)];
}

/** plain keeps what another server says from steering the terminal. */
function plain(text: string): string {
  // oxlint-disable-next-line no-control-regex -- control characters are what it takes out
  return text.replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, ' ');
}
