declare module 'sql.js' {
  interface Database {
    run(statement: string, values?: readonly (string | number | Uint8Array)[]): void;
    export(): Uint8Array;
    close(): void;
  }
  export default function initSqlJs(): Promise<{ Database: new () => Database }>;
}
