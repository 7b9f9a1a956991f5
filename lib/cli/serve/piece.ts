import type { IncomingMessage, ServerResponse } from 'node:http';
import type { CopyReader } from '../../copy/copy-reader';
import type { Json } from '../../core/bytes/canonical-json';
import type { Command, CommandArgs, Io } from '../command';
import type { Names } from '../names/open-names';

/** ServeParts is what every piece of `mns serve` may use. */
export interface ServeParts {
  readonly args: CommandArgs;
  readonly io: Io;
  /** The folder of the copy. */
  readonly dir: string;
  readonly copy: CopyReader;
  readonly names: Names;
}

/** Piece is one of the things that `mns serve` does beside the others in one process. */
export interface Piece {
  /** handle answers an HTTP request, or gives false for what is not its own. It may throw a Refusal or CliRefusal: that becomes `application/problem+json`. */
  handle?(req: IncomingMessage, res: ServerResponse, url: URL): boolean | Promise<boolean>;
  /** health is what `/healthz` shows of it under its name. */
  health?(): Json;
  /** lines are printed at the start: what it serves, and where. */
  readonly lines?: readonly string[];
  close?(): Promise<void>;
}

/** PieceMaker makes a piece, or null where the options don't ask for it. Its options and usage lines become those of `mns serve`. */
export interface PieceMaker {
  readonly name: string;
  readonly options: Command['options'];
  readonly usage: readonly string[];
  make(parts: ServeParts): Promise<Piece | null>;
}
