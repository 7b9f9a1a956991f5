import { CopyButton } from './copy-button';
import { ScrollBox } from './scroll-box';

/** CodeBlock shows text exactly as it is, scrolling inside itself, with a copy button. */
export function CodeBlock({ text, label, wrap = false }: { text: string; label: string; wrap?: boolean }) {
  return (
    <div className="relative rounded-xl bg-sunken">
      <ScrollBox label={label} className="max-h-96 rounded-xl">
        <pre className={`p-4 pr-12 font-mono text-[0.8125rem] leading-6 text-ink ${wrap ? 'break-all whitespace-pre-wrap' : ''}`}>
          {text}
        </pre>
      </ScrollBox>
      <CopyButton text={text} label={label} className="absolute top-2.5 right-2.5 bg-sunken" />
    </div>
  );
}
