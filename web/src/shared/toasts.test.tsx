import { expect, it } from "vitest";
import { ApiError } from "@/api/errors";
import { fieldText } from "./toasts";

const refused = (code: string, detail: string) =>
  new ApiError("refused", 400, code, "서버의 문장", detail, "username", null);

it("of a field the validators' sentence is shown, of other refusals the server's", () => {
  expect(fieldText(refused("ERR_101", "비밀번호가 너무 짧습니다."))).toBe("비밀번호가 너무 짧습니다.");
  expect(fieldText(refused("ERR_302", "the username is taken"))).toBe("서버의 문장");
  expect(fieldText(refused("ERR_101", ""))).toBe("서버의 문장");
});
