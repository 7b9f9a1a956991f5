/** SandboxRequest is what the sandbox sees of a request: the part of the server's own request type that it needs. */
export interface SandboxRequest {
  method: string;
  path: string;
  query: URLSearchParams;
  header(name: string): string | null;
  body(limitBytes?: number): Promise<Uint8Array>;
}

/** SandboxResponse is an answer; header names are in lower case. */
export interface SandboxResponse {
  status: number;
  headers: Record<string, string>;
  body: string;
}
