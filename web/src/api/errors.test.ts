import { describe, expect, it } from "vitest";
import { SessionEnded, SessionRefused } from "@/session";
import { asApiError, refused } from "./errors";

const body = {
  error: {
    code: "ERR_201",
    message: "환자를 찾을 수 없습니다.",
    detail: "patient 9",
    field: "id",
    timestamp: "2026-01-05T10:30:00Z",
    request_id: "r1",
  },
};

describe("refused", () => {
  it("takes over the server's envelope", () => {
    expect(refused(404, body, "header")).toMatchObject({
      code: "ERR_201",
      message: "환자를 찾을 수 없습니다.",
      field: "id",
      requestId: "r1",
      notOffered: false,
    });
  });

  it("keeps the request id of an answer without one", () => {
    expect(refused(502, "<html>", "r2")).toMatchObject({ code: null, message: "", requestId: "r2" });
  });

  it("tells a missing endpoint from a missing object", () => {
    expect(refused(404, null, null).notOffered).toBe(true);
    expect(refused(405, body, null).notOffered).toBe(true);
  });
});

describe("asApiError", () => {
  it("knows what the session module raises", () => {
    expect(asApiError(new SessionEnded()).kind).toBe("session");
    expect(asApiError(new SessionRefused(401, body, null)).message).toBe("환자를 찾을 수 없습니다.");
    expect(asApiError(new SessionRefused(0, null, null)).kind).toBe("network");
  });

  it("takes anything else for a lost connection", () => {
    expect(asApiError(new TypeError("failed to fetch")).kind).toBe("network");
  });
});
