/** utcText writes a time as `2026-01-31 09:30:00 UTC`: the same for every reader and on the server. */
export function utcText(sec: number): string {
  return `${new Date(sec * 1000).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/** durationText writes a number of seconds the way people say it: `12 s`, `3 min`, `2 h`, `5 days`. */
export function durationText(sec: number): string {
  const whole = Math.max(0, Math.round(sec));
  if (whole < 90) return `${whole} s`;
  if (whole < 90 * 60) return `${Math.round(whole / 60)} min`;
  if (whole < 36 * 3600) return `${Math.round(whole / 3600)} h`;
  return `${Math.round(whole / 86_400)} days`;
}

/** clockText writes a number of seconds as a countdown: `29:07`. */
export function clockText(sec: number): string {
  const whole = Math.max(0, Math.floor(sec));
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor((whole % 3600) / 60);
  const seconds = String(whole % 60).padStart(2, '0');
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, '0')}:${seconds}` : `${minutes}:${seconds}`;
}

/** Time is a moment, in UTC, machine readable. */
export function Time({ sec, className = '' }: { sec: number; className?: string }) {
  return (
    <time dateTime={new Date(sec * 1000).toISOString()} className={`tabular-nums ${className}`}>
      {utcText(sec)}
    </time>
  );
}
