import { MantineProvider } from "@mantine/core";
import { Notifications } from "@mantine/notifications";
import { act, render, screen, waitForElementToBeRemoved } from "@testing-library/react";
import { MemoryRouter } from "react-router";
import { expect, it } from "vitest";
import { setLanguage } from "@/i18n";
import { showSuccess } from "@/shared/toasts";
import { inEnglish } from "@/testing/inEnglish";
import { showAlert } from "./AlertToast";

inEnglish();

it("toasts follow the language of the page: an alert is said anew, a made text goes", async () => {
  render(
    <MantineProvider env="test">
      <Notifications />
    </MantineProvider>,
    { wrapper: MemoryRouter },
  );
  act(() => {
    showAlert({
      id: 7,
      kind: "order_stat",
      text: "of the server",
      link: "/orders",
      about: { patient: null, study: null, order: null, model: null, people: [] },
      created_at: "2026-03-02T09:00:00Z",
      read_at: null,
    });
    showSuccess("Saved.");
  });
  expect(screen.getByText("A STAT order is waiting.")).toBeTruthy();
  expect(screen.getAllByRole("button", { name: "Close" })).toHaveLength(2);
  const made = screen.getByText("Saved.");
  const gone = made.isConnected && waitForElementToBeRemoved(made);
  await act(() => setLanguage("ko", false));
  await gone;
  expect(screen.getByText("초응급(STAT) 오더가 접수를 기다립니다.")).toBeTruthy();
  expect(screen.getByRole("link", { name: "열기" })).toBeTruthy();
  expect(screen.getAllByRole("button").map((button) => button.textContent)).toEqual(["닫기"]);
});
