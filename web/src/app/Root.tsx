import { localStorageColorSchemeManager, MantineProvider } from "@mantine/core";
import { lazy, Suspense } from "react";
import { cssVariablesResolver, theme } from "@/theme/theme";
import { CrashBoundary } from "./CrashBoundary";
import { Gate } from "./Gate";
import { PageLoader } from "@/shared/PageLoader";

const colorSchemes = localStorageColorSchemeManager({ key: "cdss-color-scheme" });

/** Router, queries and shell come with this: who is not logged in loads the login page alone. */
const App = lazy(() => import("./App"));

export function Root({ nonce }: { nonce: string }) {
  return (
    <MantineProvider
      theme={theme}
      cssVariablesResolver={cssVariablesResolver}
      colorSchemeManager={colorSchemes}
      defaultColorScheme="auto"
      getStyleNonce={() => nonce}
    >
      <CrashBoundary>
        <Gate>
          <Suspense fallback={<PageLoader />}>
            <App />
          </Suspense>
        </Gate>
      </CrashBoundary>
    </MantineProvider>
  );
}
