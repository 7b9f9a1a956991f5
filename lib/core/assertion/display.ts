import { utf8 } from '../bytes/bytes';
import { Refusal, refuse } from '../refusal';
import { MAX_DISPLAY_BYTES } from '../registry/limits';
import { canonicalName, isCanonicalName } from './name';

/** parseDisplay checks that `display` (without `@`) is a way of writing the canonical `name`, as it stands in logs. @throws Refusal `bad-display`. */
export function parseDisplay(display: string, name: string): string {
  // A canonical name is a way of writing itself.
  if (display === name && isCanonicalName(name)) return display;
  if (utf8(display).length > MAX_DISPLAY_BYTES) refuse('bad-display', `The display form has at most ${MAX_DISPLAY_BYTES} bytes.`);
  if (display.startsWith('@')) refuse('bad-display', 'The display form is written without its @.');
  if (display.startsWith(' ') || display.endsWith(' ')) refuse('bad-display', 'The display form can’t begin or end with a space.');
  // The character page holds no control, format or direction character, so the canonical form refuses all of those.
  if (canonicalOrNull(display) !== name) refuse('bad-display', `The display form must be a way of writing @${name}.`);
  return display;
}

/** nameFromInput gives, of what a person typed, the name and its display form: trimmed, NFC, without `@`. @throws Refusal as `canonicalName`, `bad-display`. */
export function nameFromInput(input: string): { name: string; display: string } {
  const typed = input.trim();
  const name = canonicalName(typed);
  const display = typed.replace(/^@/, '').normalize('NFC').replace(/^ +| +$/g, '');
  return { name, display: parseDisplay(display, name) };
}

function canonicalOrNull(text: string): string | null {
  try {
    return canonicalName(text);
  } catch (error) {
    if (error instanceof Refusal) return null;
    throw error;
  }
}
