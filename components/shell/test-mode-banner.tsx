/** TestModeBanner stands on every page while payments are a rehearsal. */
export function TestModeBanner() {
  return (
    <aside aria-label="Test mode" className="bg-warn-soft px-4 py-2 text-center text-[0.8125rem] leading-5 text-ink">
      <strong className="font-semibold text-warn">Test mode.</strong> Payments are a rehearsal: no card is charged, and names here count on
      this server only.
    </aside>
  );
}
