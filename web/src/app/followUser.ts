import type { QueryClient } from "@tanstack/react-query";
import { chosenLanguage, isLanguage, setLanguage } from "@/i18n";
import type { session as Session } from "@/session";

/** What one person loaded is never shown to the next, and a profile brings its language along. */
export function followUser(session: typeof Session, queryClient: QueryClient): void {
  let current: number | null = null;
  const follow = () => {
    const state = session.getState();
    const user = state.status === "authenticated" ? state.user : null;
    if ((user?.id ?? null) === current) return;
    current = user?.id ?? null;
    queryClient.clear();
    if (user && !chosenLanguage() && isLanguage(user.language)) {
      void setLanguage(user.language, false);
    }
  };
  session.subscribe(follow);
  follow();
}
