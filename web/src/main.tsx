import "./theme/first";
import { setNonce } from "get-nonce";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { queryClient } from "./api/query";
import { App } from "./app/App";
import { followUser } from "./app/followUser";
import { startTranslations } from "./i18n";
import { session } from "./session";

const nonce = document.querySelector<HTMLMetaElement>("meta[property=csp-nonce]")?.nonce ?? "";
setNonce(nonce);
followUser(session, queryClient);

const root = document.getElementById("root");
if (!root) throw new Error("no #root");
await startTranslations();
createRoot(root).render(
  <StrictMode>
    <App nonce={nonce} />
  </StrictMode>,
);
