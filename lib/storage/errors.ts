import { Prisma } from './generated/client';

/** StorageError is a state of the database that stops this process: its message tells an operator what is wrong and what to do. */
export class StorageError extends Error {
  readonly code: 'folder-in-use' | 'folder-unusable' | 'bad-migrations' | 'unsafe-settings';

  constructor(code: StorageError['code'], message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'StorageError';
    this.code = code;
  }
}

interface DatabaseFault {
  code: string;
  constraint: string | null;
}

function faultOf(error: unknown): DatabaseFault | null {
  if (error instanceof Prisma.PrismaClientKnownRequestError) {
    if (error.code === 'P2002') return { code: '23505', constraint: constraintOf(error.meta) };
    // Prisma has no code of its own for a CHECK, and names it only in the server's words.
    const refused = /"originalCode":"23514"/.test(JSON.stringify(error.meta ?? {}));
    return refused ? { code: '23514', constraint: /check constraint "([^"]+)"/.exec(error.message)?.[1] ?? null } : null;
  }
  if (error instanceof Error && 'code' in error && typeof error.code === 'string') {
    const constraint = 'constraint' in error && typeof error.constraint === 'string' ? error.constraint : null;
    return { code: error.code, constraint };
  }
  return null;
}

function constraintOf(meta: Record<string, unknown> | undefined): string | null {
  const text = JSON.stringify(meta ?? {});
  return /"index":"([^"]+)"/.exec(text)?.[1] ?? null;
}

/** isUniqueViolation tells whether a row with this key was there already; `constraint` narrows it to one index. */
export function isUniqueViolation(error: unknown, constraint?: string): boolean {
  const fault = faultOf(error);
  return fault?.code === '23505' && (constraint === undefined || fault.constraint === constraint);
}

/** isCheckViolation tells whether a CHECK of the schema refused the row; `constraint` narrows it to one. */
export function isCheckViolation(error: unknown, constraint?: string): boolean {
  const fault = faultOf(error);
  return fault?.code === '23514' && (constraint === undefined || fault.constraint === constraint);
}
