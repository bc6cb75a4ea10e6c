import { expect, test } from "vitest";
import { nodeBody, nodeValues, type Node } from "./nodes";

test("modalities are one line in the form and a list of codes in the API", () => {
  const node = {
    id: 1,
    name: "MR 1",
    ae_title: "MR1",
    address: "192.0.2.21",
    port: 104,
    may_worklist: true,
    modalities: ["MR", "CT"],
    echo_outcome: "",
    echo_at: null,
    version: 2,
  } as Node;
  expect(nodeValues(node)).toEqual({
    name: "MR 1",
    ae_title: "MR1",
    address: "192.0.2.21",
    port: "104",
    tls: "false",
    tls_check: "certificate",
    tls_certificate: "",
    modalities: "MR, CT",
    may_worklist: "true",
    may_store: "false",
    may_find: "false",
    may_move: "false",
    may_restricted: "false",
  });
  expect(nodeBody({ modalities: " mr,ct  us" })).toEqual({ modalities: ["MR", "CT", "US"] });
  expect(nodeBody({ modalities: "" })).toEqual({ modalities: [] });
  expect(nodeBody({ may_store: true })).toEqual({ may_store: true });
});
