import { QueryClientProvider } from "@tanstack/react-query";
import { useEffect } from "react";
import { RouterProvider } from "react-router/dom";
import { queryClient } from "./queryClient";
import { session } from "@/session";
import { followUser } from "./followUser";
import { router } from "./routes";

followUser(session, queryClient);

/** The application of a person logged in. */
export default function App() {
  useEffect(() => {
    // The address may have changed on the login page, where the router does not look.
    const { pathname, search } = router.state.location;
    const here = location.pathname + location.search;
    if (pathname + search !== here) void router.navigate(here, { replace: true });
  }, []);
  return (
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>
  );
}
