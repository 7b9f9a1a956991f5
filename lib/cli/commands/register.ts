import { formatCents } from '../../core/assertion/money';
import { describe } from '../../core/assertion/sentence';
import { RECEIPT_EXTENSION, verifyReceiptFile } from '../../core/validation/receipt-file';
import { refuseCli } from '../cli-refusal';
import { type Command, type CommandArgs, flagOption, type Io, neededOption, numberOption, onePositional, textOption } from '../command';
import { addressUnder } from '../http';
import { identityFor, SECRET_OPTIONS, SECRET_USAGE } from '../keys/secrets';
import { writeFileSafely } from '../keys/write-file';
import { dnsOption, nameArgument, RECORD_OPTIONS, RECORD_USAGE, serviceOption } from '../registry/choices';
import { askPrice, placeOrder, registrationFor, untilOrderSealed } from '../registry/order';
import { fetchBytes, knowRegistry, type KnownRegistry } from '../registry/registry-api';

const USAGE = `mns register @NAME --key FILE --url URL [--service HOST] [--dns ADDRESS …]

Asks the price, signs the registration, makes the order, prints where to pay, waits for the seal, and verifies the proof itself.

  --key FILE              your key file (mns identity new)
  --url URL               the registry; --registry ID if it is not the one that the key file was made for, but goes on from it
${RECORD_USAGE}
  --credit CENTS          credit to buy for names of less than $0.50 (default: the least there is)
  --mark-acknowledged     you have seen that the name is a recorded mark of somebody
  --out FILE              where the receipt goes (default NAME${RECEIPT_EXTENSION})
  --wait SECONDS          how long to wait for payment and seal (default 3600)
${SECRET_USAGE}`;

const WAIT_SEC = 3_600;

/** command is `mns register`. */
export const command: Command = {
  name: 'register',
  options: { ...SECRET_OPTIONS, ...RECORD_OPTIONS, credit: { type: 'string' }, 'mark-acknowledged': { type: 'boolean' }, out: { type: 'string' }, registry: { type: 'string' }, url: { type: 'string' }, wait: { type: 'string' } },
  run: runRegister,
  summary: 'register a name: sign, order, wait for the seal, verify the proof',
  usage: USAGE,
};

async function runRegister(args: CommandArgs, io: Io): Promise<number> {
  const { display, name } = nameArgument(onePositional(args, '@NAME'));
  const url = neededOption(args, 'url');
  const identity = await identityFor(args, io);
  const known = await knowRegistry(io, url, textOption(args, 'registry') ?? identity.registry);
  const offer = await askPrice(io, known, name);
  const choice = { display, dns: dnsOption(args) ?? [], name, service: serviceOption(args) ?? null };
  const payload = registrationFor(io, known, identity, choice, offer);
  io.err(describe(payload));
  const creditCents = offer.rail === 'credit' ? numberOption(args, 'credit', offer.minimumCreditCents, 1) : null;
  const order = await placeOrder(io, known, identity, payload, creditCents, flagOption(args, 'mark-acknowledged'));
  io.err(`mns: order ${order.id}: @${name} costs ${formatCents(offer.priceCents)}`);
  if (order.payUrl !== null) io.out(`Pay here: ${order.payUrl}`);
  await untilOrderSealed(io, known, order, numberOption(args, 'wait', WAIT_SEC, 1), (now) => io.err(`mns: ${now.state}`));
  return keepReceipt(args, io, known, order.id, name);
}

async function keepReceipt(args: CommandArgs, io: Io, known: KnownRegistry, order: string, name: string): Promise<number> {
  const bytes = await fetchBytes(io, addressUnder(known.url, `/api/v1/orders/${order}/proof`));
  const { ok, record, seal, steps } = verifyReceiptFile(bytes, { registry: known.registry, subject: { kind: 'name', name, tenure: null } });
  const failed = steps.find((step) => step.state === 'failed');
  if (!ok || record === null || seal === null) return refuseCli('bad-answer', `The proof does not hold: ${failed?.title ?? ''}: ${failed?.problem?.detail ?? ''}`);
  const out = textOption(args, 'out') ?? `${name}${RECEIPT_EXTENSION}`;
  writeFileSafely(out, bytes, 0o644);
  io.out(`@${name}.${record.tenure} is yours since seal ${seal.number}, ${new Date(seal.timeSec * 1000).toISOString()}; the proof was checked here.`);
  io.out(`Receipt: ${out}`);
  return 0;
}
