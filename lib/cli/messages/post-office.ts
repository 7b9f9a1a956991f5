import { type MessageHeader, messageToSign, openMessage, parseMessage, type ParsedMessage } from '../../core/assertion/message';
import { formatTenureName } from '../../core/assertion/name';
import { signinToSign } from '../../core/assertion/signin';
import { fromBase64, toBase64 } from '../../core/bytes/base64';
import { text as decodeText, utf8 } from '../../core/bytes/bytes';
import { encodeJson } from '../../core/bytes/canonical-json';
import { array, hash, integer } from '../../core/bytes/fields';
import { attach, encodeEnvelope, envelopeFromJson, envelopeToJson, type ToSign } from '../../core/keys/dsse';
import { Refusal } from '../../core/refusal';
import { MAX_TIME_SEC } from '../../core/registry/limits';
import { CliRefusal, refuseCli } from '../cli-refusal';
import { textsOption, type CommandArgs, UsageError } from '../command';
import { askServer, jsonOf, postJson } from '../http';
import type { KeyedIdentity } from '../keys/key-file';
import { fieldsOf, type Net, understood } from '../registry/registry-api';
import type { Directory, Found, Keys } from './directory';
import { openText, sealText } from './seal-text';

/** Post is where messages go: the host of a service, or where `--connect` says that host is. */
export interface Post {
  addressOf(host: string, path: string): string;
}

/** CONNECT_OPTION maps hosts to where they are, for tests and private set-ups. */
export const CONNECT_OPTION = { connect: { multiple: true, type: 'string' } } as const;
export const CONNECT_USAGE = '  --connect HOST=WHERE    HOST is at WHERE: IP:PORT of this machine (plain HTTP), or an address such as https://10.0.0.5:8443';

const MAIL = '/mns/mail';
const MAX_PER_ANSWER = 10_000;

/** postOf reads every `--connect`. @throws UsageError. */
export function postOf(args: CommandArgs): Post {
  const bases = new Map<string, string>();
  for (const text of textsOption(args, 'connect')) {
    const at = text.indexOf('=');
    if (at < 1) throw new UsageError(`--connect ${text} is no HOST=WHERE`);
    bases.set(text.slice(0, at).toLowerCase(), baseOf(text.slice(at + 1)));
  }
  return { addressOf: (host, path) => `${bases.get(host) ?? `https://${host}`}${MAIL}${path}` };
}

function baseOf(where: string): string {
  const plain = /^(127(?:\.\d{1,3}){3}|\[::1\]|localhost):\d{1,5}$/.test(where);
  const base = plain ? `http://${where}` : where;
  if (!URL.canParse(base) || !/^https:$/.test(new URL(base).protocol) === !plain) throw new UsageError(`${where} is neither a port of this machine nor an address with https`);
  return new URL(base).origin;
}

/** sendMessage seals, signs and hands over a message. @throws CliRefusal, Refusal. */
export async function sendMessage(net: Net & { random(count: number): Uint8Array }, post: Post, identity: KeyedIdentity, to: { found: Found; keys: Keys }, text: string): Promise<{ id: string; isNew: boolean }> {
  const { found, keys } = to;
  if (found.host === null) return refuseCli('not-reachable', `@${formatTenureName(found.name, found.tenure)} has no provider that could take a message.`);
  const header: MessageHeader = { from: identity.udf, keyNumber: keys.number, nonce: toBase64(net.random(16)), registry: identity.registry, timeSec: net.clock(), to: found.udf, toName: formatTenureName(found.name, found.tenure) };
  const sealed = sealText(utf8(text), fromBase64(keys.encrypt, 32), header);
  const envelope = signed(identity, messageToSign({ ...header, ...sealed }));
  const at = post.addressOf(found.host, '');
  const answer = await askServer(net, at, { body: Buffer.from(encodeEnvelope(envelope)), headers: { 'content-type': 'application/json' }, method: 'POST' });
  jsonOf(answer, at);
  return { id: parseMessage(envelope).id, isNew: answer.status === 202 };
}

/** actingIn is an identity as it acts in the log that a directory knows. @throws CliRefusal `other-registry`: the key file was made for another one. */
export function actingIn(identity: KeyedIdentity, { registries }: Directory): KeyedIdentity {
  const [newest = identity.registry] = registries;
  if (registries.length > 0 && !registries.includes(identity.registry)) refuseCli('other-registry', 'The copy is of another registry than the one the key file was made for.');
  return { ...identity, registry: newest };
}

/** Received is a message that was fetched: who it is from and what it says, or why it can't be read. */
export interface Received {
  readonly id: string;
  readonly from: string;
  readonly toName: string;
  readonly timeSec: number;
  readonly text: string | null;
  readonly problem: string | null;
}

/** fetchInbox reads the inbox at one provider; `remove` ends messages that were read before. @throws CliRefusal. */
export async function fetchInbox(net: Net, post: Post, identity: KeyedIdentity, host: string, directory: Directory, remove: readonly string[] = []): Promise<{ received: Received[]; more: boolean }> {
  const challenge = fieldsOf(await postJson(net, post.addressOf(host, '/challenge'), '{}'), 'The challenge');
  // The origin is what this side knows: a provider that passes on another's challenge gets nothing that the other would take.
  const what = understood('The challenge', () => signinToSign({ expires: integer(challenge['expires'] ?? null, 'expires', 0, MAX_TIME_SEC), nonce: hash(challenge['nonce'] ?? null, 'nonce'), origin: host, registry: identity.registry }));
  const body = encodeJson({ remove: [...remove], signin: envelopeToJson(signed(identity, what)), udf: identity.udf });
  const fields = fieldsOf(await postJson(net, post.addressOf(host, '/inbox'), body), 'The inbox');
  const messages = understood('The inbox', () => array(fields['messages'] ?? null, 'messages', MAX_PER_ANSWER).map((item) => parseMessage(envelopeFromJson(item, 'message'))));
  const received: Received[] = [];
  for (const message of messages) received.push(await read(message, identity, directory));
  return { more: fields['more'] === true, received };
}

async function read(message: ParsedMessage, identity: KeyedIdentity, directory: Directory): Promise<Received> {
  const { payload, id } = message;
  const shown = { from: payload.from, id, timeSec: payload.timeSec, toName: payload.toName };
  try {
    if (payload.to !== identity.udf) refuseCli('not-for-us', 'The message is for another identity.');
    // A provider may not make up senders: their key is looked up here again.
    const sender = (await directory.keysOf(payload.from)) ?? refuseCli('not-found', 'The sender is not in the log.');
    // One that was written before the registry changed carries the id from then.
    openMessage(message, directory.registries.includes(payload.registry) ? payload.registry : identity.registry, sender.key);
    const seed = identity.encryptSeeds[payload.keyNumber] ?? refuseCli('not-for-us', `The message is sealed to certificate ${payload.keyNumber}, whose key this key file does not have.`);
    return { ...shown, problem: null, text: decodeText(openText(payload, seed, payload)) };
  } catch (error) {
    if (error instanceof Refusal || error instanceof CliRefusal) return { ...shown, problem: `${error.code}: ${error.detail}`, text: null };
    throw error;
  }
}

function signed(identity: KeyedIdentity, what: ToSign) {
  return attach(what, [{ publicKey: identity.publicKey, signature: identity.sign(what) }]);
}
