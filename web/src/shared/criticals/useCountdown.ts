import { useEffect, useState } from "react";

const SECOND_MS = 1000;

/** `4:05` until `at`, `0:00` after it. */
export function timeLeft(at: string, now: number): string {
  const seconds = Math.max(0, Math.ceil((Date.parse(at) - now) / SECOND_MS));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

/** The time left until `at`, each second anew; null without one. */
export function useCountdown(at: string | null): string | null {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    if (!at) return;
    const timer = setInterval(() => {
      setNow(Date.now());
    }, SECOND_MS);
    return () => {
      clearInterval(timer);
    };
  }, [at]);
  return at ? timeLeft(at, now) : null;
}
