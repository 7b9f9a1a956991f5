import { parseTenureName } from '../../core/assertion/name';
import { openMessage, parseMessage } from '../../core/assertion/message';
import { openSignin } from '../../core/assertion/signin';
import { toBase64 } from '../../core/bytes/base64';
import { type Json, parseJson } from '../../core/bytes/canonical-json';
import { array, hash, object, string } from '../../core/bytes/fields';
import { envelopeFromJson, parseEnvelope } from '../../core/keys/dsse';
import { refuse } from '../../core/refusal';
import { MAX_MESSAGE_BYTES, MAX_SIGNIN_BYTES } from '../../core/registry/limits';
import { HttpRefusal } from '../serve/problem';
import type { Found, Keys } from './directory';
import { MAX_STORED_MESSAGES, type MailStore } from './mail-store';
import { Pace } from './pace';

/** OLDEST_SEC and AHEAD_SEC: how old a message may be when it arrives, and how far its sender's clock may be ahead. */
export const OLDEST_SEC = 259_200;
export const AHEAD_SEC = 600;
/** CHALLENGE_SEC is how long a challenge is good for. */
export const CHALLENGE_SEC = 300;
const MAX_CHALLENGES = 10_000;
const MAX_INBOX_BYTES = MAX_SIGNIN_BYTES + 64 * MAX_STORED_MESSAGES;
/** MESSAGES_PER_SENDER is how many messages one sender may hand in within an hour. */
export const MESSAGES_PER_SENDER = 300;
const HOUR_SEC = 3_600;

/** Registry is what the mail-drop knows of the log: its provider's own copy. */
export interface Known {
  readonly registry: string;
  /** Whom a tenure belongs to and who serves it. @throws Refusal of resolution. */
  find(name: string, tenure: number): Pick<Found, 'host' | 'udf'>;
  keysOf(udf: string): Keys | null;
}

/** MailDropOptions: `hosts` are this provider's own hosts, lower case. */
export interface MailDropOptions {
  readonly store: MailStore;
  readonly hosts: readonly string[];
  readonly random: (count: number) => Uint8Array;
  /** The copy as it is now. @throws HttpRefusal if there is none yet. */
  readonly known: () => Known;
  /** How many messages a sender may hand in within the hour. */
  readonly perSenderHour?: number;
}

/** MailDrop takes messages for the identities that a provider serves, and gives them to those identities (SPEC §18). It reads no text. */
export class MailDrop {
  readonly #options: MailDropOptions;
  readonly #challenges = new Map<string, number>();
  readonly #pace: Pace;

  constructor(options: MailDropOptions) {
    this.#options = options;
    this.#pace = new Pace(options.perSenderHour ?? MESSAGES_PER_SENDER, HOUR_SEC);
  }

  /** accept takes a message. @throws Refusal, HttpRefusal `not-hosted`, `unknown-sender`, `too-old`, `too-many`, `inbox-full`. */
  accept(body: Uint8Array, nowSec: number): 'kept' | 'known' {
    const message = parseMessage(parseEnvelope(body, MAX_MESSAGE_BYTES, 'message'));
    const { from, timeSec, to, toName } = message.payload;
    const known = this.#options.known();
    const tenure = parseTenureName(toName) ?? refuse('bad-field', 'message.toName must be a name with its tenure.');
    const found = known.find(tenure.name, tenure.tenure);
    if (found.udf !== to) throw new HttpRefusal(404, 'not-hosted', `@${toName} is not held by the identity that the message is for.`);
    if (found.host === null || !this.#options.hosts.includes(found.host)) throw new HttpRefusal(404, 'not-hosted', `@${toName} is not served here, as far as this copy of the log goes.`);
    const sender = known.keysOf(from);
    if (sender === null) throw new HttpRefusal(403, 'unknown-sender', 'The sender is not in the log, as far as this copy of it goes.');
    openMessage(message, known.registry, sender.key);
    if (timeSec < nowSec - OLDEST_SEC || timeSec > nowSec + AHEAD_SEC) throw new HttpRefusal(422, 'too-old', 'The message is from another time: it may be 3 days old and 10 minutes ahead.');
    const waitSec = this.#pace.take(from, nowSec);
    if (waitSec > 0) throw new HttpRefusal(429, 'too-many', `This sender has sent as many messages as the hour allows; try again in ${waitSec} s.`);
    const kept = this.#options.store.put(to, message.id, timeSec, body);
    if (kept === 'full') throw new HttpRefusal(507, 'inbox-full', 'The inbox is full until its owner reads it.');
    return kept;
  }

  /** challenge makes a nonce for a sign-in. */
  challenge(nowSec: number): { expires: number; nonce: string } {
    for (const [nonce, expires] of this.#challenges) {
      if (expires >= nowSec && this.#challenges.size < MAX_CHALLENGES) break;
      this.#challenges.delete(nonce);
    }
    const nonce = toBase64(this.#options.random(32));
    const expires = nowSec + CHALLENGE_SEC;
    this.#challenges.set(nonce, expires);
    return { expires, nonce };
  }

  /** inbox gives what waits for the identity that signs, after removing what it is done with. @throws Refusal, HttpRefusal `bad-challenge`, `unknown-identity`. */
  inbox(body: Uint8Array, nowSec: number): { messages: Json[]; more: boolean } {
    const fields = object(parseJson(body, MAX_INBOX_BYTES), ['remove', 'signin', 'udf'], 'body');
    const udf = string(fields.udf, 'body.udf', 52);
    const remove = array(fields.remove, 'body.remove', MAX_STORED_MESSAGES).map((id, at) => hash(id, `body.remove[${at}]`));
    const known = this.#options.known();
    const keys = known.keysOf(udf);
    if (keys === null) throw new HttpRefusal(403, 'unknown-identity', 'That identity is not in the log, as far as this copy of it goes.');
    const signin = openSignin(envelopeFromJson(fields.signin, 'signin', 'body.signin'), known.registry, keys.key);
    const expires = this.#challenges.get(signin.nonce);
    this.#challenges.delete(signin.nonce);
    if (expires === undefined || expires !== signin.expires || expires < nowSec) throw new HttpRefusal(403, 'bad-challenge', 'That challenge was not made here, or it was used, or it is over.');
    if (!this.#options.hosts.includes(signin.origin)) throw new HttpRefusal(403, 'bad-challenge', 'That sign-in was signed for another host.');
    this.#options.store.remove(udf, new Set(remove), nowSec - OLDEST_SEC - AHEAD_SEC);
    const { messages, more } = this.#options.store.list(udf);
    return { messages: messages.map(({ bytes }) => parseJson(bytes, MAX_MESSAGE_BYTES)), more };
  }
}
