import { readFileSync } from 'node:fs';
import { problemWithWords, tidyWords } from '../../browser/words';
import { type CommandArgs, type Io, neededOption, textOption } from '../command';
import { refuseCli } from '../cli-refusal';
import { type KeyedIdentity, openKeyFile, PASSPHRASE_MIN_CHARACTERS } from './key-file';

/** SECRET_OPTIONS are the options of every command that opens a key file. */
export const SECRET_OPTIONS = { key: { type: 'string' }, 'passphrase-file': { type: 'string' } } as const;
/** WORDS_OPTION is for commands that need the root key. */
export const WORDS_OPTION = { 'words-file': { type: 'string' } } as const;
export const SECRET_USAGE = '  --passphrase-file FILE  its passphrase is the first line of FILE (else MNS_PASSPHRASE, else asked for)';
export const WORDS_USAGE = '  --words-file FILE       the 24 words are in FILE (else asked for)';

/** passphraseFor gets the passphrase of a key file: from a file, the environment or the person. `fresh` is for a new one: long enough, and asked for twice. @throws CliRefusal `no-passphrase`. */
export async function passphraseFor(args: CommandArgs, io: Io, fresh: boolean = false): Promise<string> {
  const file = textOption(args, 'passphrase-file');
  const given = file === null ? io.env['MNS_PASSPHRASE'] : readText(file).split(/\r?\n/)[0];
  const passphrase = given ?? (await io.ask(fresh ? 'New passphrase for the key file: ' : 'Passphrase of the key file: ', true));
  if (passphrase === null || passphrase === '') return refuseCli('no-passphrase', 'A key file needs its passphrase: give --passphrase-file, set MNS_PASSPHRASE, or type it at a terminal.');
  if (!fresh) return passphrase;
  if (passphrase.length < PASSPHRASE_MIN_CHARACTERS) refuseCli('no-passphrase', `A passphrase has at least ${PASSPHRASE_MIN_CHARACTERS} characters.`);
  if (given === undefined && (await io.ask('The same again: ', true)) !== passphrase) refuseCli('no-passphrase', 'The two passphrases are not the same.');
  return passphrase;
}

/** identityFor opens the key file that `--key` names. @throws UsageError, CliRefusal. */
export async function identityFor(args: CommandArgs, io: Io): Promise<KeyedIdentity> {
  return openKeyFile(neededOption(args, 'key'), await passphraseFor(args, io));
}

/** wordsFor gets the 24 words, from a file or the person. @throws CliRefusal `bad-words`, which never repeats them. */
export async function wordsFor(args: CommandArgs, io: Io): Promise<string[]> {
  const file = textOption(args, 'words-file');
  const text = file === null ? await io.ask('The 24 words: ', true) : readText(file);
  if (text === null) return refuseCli('bad-words', 'The 24 words are needed: give --words-file, or type them at a terminal.');
  const words = tidyWords(text);
  const problem = problemWithWords(words);
  if (problem === null) return words;
  if (problem === 'count') return refuseCli('bad-words', `There are ${words.length} words where there should be 24.`);
  if (problem === 'checksum') return refuseCli('bad-words', 'The words do not belong together: one of them is another word of the list, or two have changed places.');
  return refuseCli('bad-words', `Word ${problem.at + 1} is none of the list.`);
}

function readText(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return refuseCli('no-file', `${path} can't be read.`);
  }
}
