import { expect, test } from "vitest";
import { draftOf, ruleBody, ruleLine, ruleValues } from "./routingRules";

const RULE = {
  id: 1,
  name: "Brain",
  enabled: true,
  position: 2,
  modality: "MR",
  sequence: "T1",
  words: ["T1", "3D"],
  body_part: "",
  job_type: "MR_BRAIN",
  priority: "urgent",
  model_id: "brain_extraction",
  model_version: "1.0.2",
  urgency: "",
  version: 3,
} as const;

test("a rule is the same after it stood in the form", () => {
  const values = ruleValues({ ...RULE, words: [...RULE.words] });
  expect(values.model).toBe("brain_extraction 1.0.2");
  const { name, enabled, position, ...rest } = values;
  expect(draftOf(values)).toEqual(ruleBody(rest));
  expect(ruleBody({ model: values.model ?? "", words: values.words ?? "" })).toEqual({
    model_id: "brain_extraction",
    model_version: "1.0.2",
    words: ["T1", "3D"],
  });
  expect([name, enabled, position]).toEqual(["Brain", "true", "2"]);
});

test("the version in use is a model without a version", () => {
  expect(ruleBody({ model: "brain_extraction" })).toEqual({ model_id: "brain_extraction", model_version: "" });
});

test("an emptied field says so and one that was not touched says nothing", () => {
  expect(ruleBody({ job_type: null, position: null, words: "" })).toEqual({ job_type: "", position: 0, words: [] });
  expect(ruleBody({ enabled: false })).toEqual({ enabled: false });
});

test("without a model or a modality there is nothing to try", () => {
  expect(draftOf({ model: "", modality: "MR" })).toBeNull();
  expect(draftOf({ model: "a", modality: "" })).toBeNull();
});

test("a rule in one line names what it asks for", () => {
  expect(ruleLine({ ...RULE, words: [...RULE.words] }, () => "응급")).toBe("MR · T1 · T1 · 3D · MR_BRAIN · ≥ 응급");
});
