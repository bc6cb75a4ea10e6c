import { describe, expect, it } from "vitest";
import { chosenTab, TABS } from "./tabs";

describe("the tab of the address", () => {
  const offered = TABS.filter(({ key }) => key === "imaging" || key === "laboratory");

  it("is opened if the person has it", () => {
    expect(chosenTab("imaging", offered)).toBe("imaging");
  });

  it("is else the first that the person has", () => {
    expect(chosenTab("access", offered)).toBe("laboratory");
    expect(chosenTab("<script>", offered)).toBe("laboratory");
    expect(chosenTab(null, [])).toBeNull();
  });
});
