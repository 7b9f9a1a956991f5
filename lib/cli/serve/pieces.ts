import { answerPiece } from './answer-piece';
import { dnsPiece } from './dns-piece';
import { followPiece } from './follow-piece';
import { mirrorPiece } from './mirror-piece';
import { mailPiece } from '../messages/mail-piece';
import type { PieceMaker } from './piece';

/** PIECES are what `mns serve` is made of, in the order in which an HTTP request is shown to them. */
export const PIECES: readonly PieceMaker[] = [followPiece, dnsPiece, answerPiece, mirrorPiece, mailPiece];
