import "./theme/first";
import { setNonce } from "get-nonce";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { Root } from "./app/Root";
import { startTranslations } from "./i18n";
import { followAddress } from "./login/address";
import { session } from "./session";

const nonce = document.querySelector<HTMLMetaElement>("meta[property=csp-nonce]")?.nonce ?? "";
setNonce(nonce);
followAddress(session);
void session.restore();

const root = document.getElementById("root");
if (!root) throw new Error("no #root");
await startTranslations();
createRoot(root).render(
  <StrictMode>
    <Root nonce={nonce} />
  </StrictMode>,
);
