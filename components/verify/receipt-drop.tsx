'use client';

import { FileCheck, WifiOff } from 'lucide-react';
import { useEffect, useId, useRef, useState, type DragEvent } from 'react';
import { Button, Spinner } from '@/components/ui/button';
import { Notice } from '@/components/ui/notice';
import { CheckPanel } from '@/components/verification/check-panel';
import { Verdict, type ReceiptResult } from './verdict';

type Verifier = (bytes: Uint8Array) => ReceiptResult;
type State =
  | { kind: 'empty' }
  | { kind: 'checking'; file: string }
  | { kind: 'done'; file: string; result: ReceiptResult }
  | { kind: 'unreadable'; file: string; detail: string };

/** A receipt is a few kilobytes; a file this large is something else. */
const MAX_FILE_BYTES = 2_000_000;

/** ReceiptDrop takes a receipt file and verifies it here. The verifier is loaded at once, so that it works when the network is gone. */
export function ReceiptDrop() {
  const [state, setState] = useState<State>({ kind: 'empty' });
  const [verifier, setVerifier] = useState<Verifier | null>(null);
  const [over, setOver] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const id = useId();

  useEffect(() => {
    void import('@/lib/client/verify-receipt').then(
      ({ verifyReceiptFile }) => setVerifier(() => verifyReceiptFile),
      () => undefined,
    );
  }, []);

  const check = async (file: File) => {
    setState({ kind: 'checking', file: file.name });
    try {
      if (file.size > MAX_FILE_BYTES) throw new Error('The file is far too large for a receipt.');
      const verify = verifier ?? (await import('@/lib/client/verify-receipt')).verifyReceiptFile;
      const result = verify(new Uint8Array(await file.arrayBuffer()));
      setState({ kind: 'done', file: file.name, result });
    } catch (error) {
      setState({
        kind: 'unreadable',
        file: file.name,
        detail: error instanceof Error ? ('detail' in error ? String(error.detail) : error.message) : String(error),
      });
    }
  };

  const drop = (event: DragEvent) => {
    event.preventDefault();
    setOver(false);
    const file = event.dataTransfer.files[0];
    if (file) void check(file);
  };

  return (
    <div className="space-y-6">
      <div
        onDragOver={(event) => {
          event.preventDefault();
          setOver(true);
        }}
        onDragLeave={() => setOver(false)}
        onDrop={drop}
        className={`flex flex-col items-center rounded-2xl border-2 border-dashed px-6 py-12 text-center transition-colors ${over ? 'border-accent bg-accent-soft' : 'border-edge/60 bg-surface'}`}
      >
        <FileCheck className="size-7 text-accent" aria-hidden="true" />
        <p className="mt-4 font-medium">Drop a receipt file here</p>
        <p className="mt-1 text-sm text-muted">or</p>
        <label htmlFor={id} className="sr-only">
          Receipt file
        </label>
        <input
          ref={input}
          id={id}
          type="file"
          accept=".json,application/json"
          tabIndex={-1}
          className="sr-only"
          onChange={(event) => {
            const file = event.target.files?.[0];
            event.target.value = '';
            if (file) void check(file);
          }}
        />
        <Button kind="secondary" className="mt-3" onClick={() => input.current?.click()}>
          Choose a file
        </Button>
        <output className="mt-6 flex items-center gap-2 text-[0.8125rem] text-muted">
          {verifier ? (
            <>
              <WifiOff className="size-3.5" aria-hidden="true" /> Ready. You may go offline now.
            </>
          ) : (
            <>
              <Spinner className="size-3.5" /> Loading the verifier…
            </>
          )}
        </output>
      </div>
      <div aria-live="polite" className="space-y-6">
        {state.kind === 'checking' && (
          <p className="flex items-center gap-3 text-sm text-muted">
            <Spinner /> Checking {state.file}…
          </p>
        )}
        {state.kind === 'unreadable' && (
          <Notice tone="bad" title={`${state.file} is not a receipt that can be checked`}>
            <p>{state.detail}</p>
            <p>A receipt is the file you downloaded from your order’s page. If it was edited or cut short, download it again.</p>
          </Notice>
        )}
        {state.kind === 'done' && (
          <>
            <Verdict file={state.file} result={state.result} />
            <CheckPanel of="file" title={state.file} check={{ state: 'done', result: state.result }} />
          </>
        )}
      </div>
    </div>
  );
}
