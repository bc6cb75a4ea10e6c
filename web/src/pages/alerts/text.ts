import type { TFunction } from "i18next";
import type { Notification } from "./socket";

/** In the language of the page, which may differ from that of the profile. */
export function alertText(
  t: TFunction,
  { kind, text, params }: Pick<Notification, "kind" | "text" | "params">,
): string {
  return t(`alerts.kind.${kind}`, text, params as Record<string, string>);
}
