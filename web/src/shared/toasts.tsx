import { CloseIcon, VisuallyHidden } from "@mantine/core";
import { notifications, type NotificationData } from "@mantine/notifications";
import i18next from "i18next";
import { useTranslation } from "react-i18next";
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

function CloseMark() {
  const { t } = useTranslation();
  return (
    <>
      <CloseIcon />
      <VisuallyHidden>{t("common.close")}</VisuallyHidden>
    </>
  );
}

/** The button that closes a toast, named in the language of the page while it is shown. */
export const closeButtonProps = { icon: <CloseMark /> };

/** A toast whose texts are made: it goes when the page changes its language. */
function showTexts(toast: NotificationData): void {
  const close = () => {
    notifications.hide(id);
  };
  const id = notifications.show({
    ...toast,
    closeButtonProps,
    onClose: () => {
      i18next.off("languageChanged", close);
    },
  });
  i18next.on("languageChanged", close);
}

export function showError(thrown: unknown): void {
  const error = asApiError(thrown);
  const request = error.requestId ? `${i18next.t("errors.requestId")}: ${error.requestId}` : null;
  showTexts({ color: "red", title: errorText(error), message: request, autoClose: 10_000 });
}

export function showSuccess(message: string): void {
  showTexts({ color: "teal", message });
}

export function showFailure(message: string): void {
  showTexts({ color: "red", message });
}

export function showNote(message: string): void {
  showTexts({ message });
}
