import { act, cleanup, fireEvent, render } from "@testing-library/react";
import { createMemoryRouter } from "react-router";
import { RouterProvider } from "react-router/dom";
import { afterEach, expect, it } from "vitest";
import { session } from "@/session";
import { inEnglish } from "@/testing/inEnglish";
import { usePrepareViewer, type Prepare } from "./preparedViewer";
import { ReadingRoom } from "./ReadingRoom";

inEnglish();
afterEach(cleanup);

let prepare: Prepare;
function Page() {
  prepare = usePrepareViewer();
  return null;
}
session.receive({
  type: "token",
  access: "a",
  user: { id: 5, username: "rib", role: "rib", custom_role: null, permissions: ["view_dicom"] },
});
const row = (uid: string, instance_count = 10) => ({ study_instance_uid: uid, instance_count, ai: [] });
const part = (name: string) => document.querySelector<HTMLIFrameElement>(`[data-part="${name}"]`);

function room(isFor = true) {
  const children = ["/worklist", "/studies/:uid/read"].map((path) => ({ path, Component: Page }));
  const router = createMemoryRouter([{ element: <ReadingRoom isFor={() => isFor} />, children }], { initialEntries: ["/worklist"] });
  render(<RouterProvider router={router} />);
  return (address: string) => act(() => router.navigate(address));
}

it("shows the viewer that was prepared, the very same one, once its study is read", async () => {
  const go = room();
  act(() => {
    prepare(row("1.2"));
  });
  const prepared = part("prepared");
  expect(prepared?.hasAttribute("inert")).toBe(true);
  await go("/studies/1.2/read");
  expect(part("images")).toBe(prepared);
  expect(prepared?.hasAttribute("inert")).toBe(false);
  expect(part("prepared")).toBeNull();
});

it("opens it anew if images came meanwhile", async () => {
  const go = room();
  act(() => {
    prepare(row("1.2"));
  });
  const prepared = part("prepared");
  act(() => {
    prepare(row("1.2", 11));
  });
  await go("/studies/1.2/read");
  expect(part("images")).not.toBe(prepared);
});

it("prepares nothing before the study on the screen is drawn, and leaves that one where it is", async () => {
  const go = room();
  await go("/studies/1.2/read");
  act(() => {
    prepare(row("1.1"));
  });
  const shown = part("images");
  expect(part("prepared")).toBeNull();
  if (!shown?.contentWindow) throw new Error("no viewer");
  fireEvent.load(shown);
  fireEvent(shown.contentWindow, new Event("CORNERSTONE_IMAGE_RENDERED"));
  expect(part("prepared")?.src).toContain("StudyInstanceUIDs=1.1");
  expect(part("images")).toBe(shown);
  await go("/worklist");
  expect(part("images")).toBeNull();
});

it("prepares nothing for who may not look at it", () => {
  room(false);
  act(() => {
    prepare(row("1.2"));
  });
  expect(document.querySelector("iframe")).toBeNull();
});
