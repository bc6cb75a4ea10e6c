import { notifications } from "@mantine/notifications";
import i18next from "i18next";
import { asApiError, type ApiError } from "@/api/errors";

/** One sentence for a person, in the language of the page. */
export function errorText(error: ApiError): string {
  if (error.kind === "network") return i18next.t("errors.network");
  if (error.kind === "session") return i18next.t("auth.ended.expired");
  if (error.notOffered) return i18next.t("errors.notYet");
  return error.message || i18next.t("errors.unexpected");
}

/** What is wrong with a field, by the server's validators; the detail of other refusals is for no person. */
export function fieldText(error: ApiError): string {
  return (error.code === "ERR_101" && error.detail) || errorText(error);
}

export function showError(thrown: unknown): void {
  const error = asApiError(thrown);
  const request = error.requestId ? `${i18next.t("errors.requestId")}: ${error.requestId}` : null;
  notifications.show({
    color: "red",
    title: errorText(error),
    message: request,
    autoClose: 10_000,
    closeButtonProps: { "aria-label": i18next.t("common.close") },
  });
}

export function showSuccess(message: string): void {
  notifications.show({
    color: "teal",
    message,
    closeButtonProps: { "aria-label": i18next.t("common.close") },
  });
}
