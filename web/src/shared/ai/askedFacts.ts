import type { Schema } from "@/api/client";
import type { Fact } from "./facts";

type Model = Pick<Schema["AvailableModelOut"], "inputs" | "facts" | "missing" | "absent">;

export type Given = Record<string, boolean | number | string>;

/** A fact as the manifest declares it. */
export interface Declared extends Pick<Fact, "label" | "label_ko"> {
  name: string;
  unit?: string;
  choices?: string[];
  required?: boolean;
  when?: Record<string, boolean | string>;
}

/** Masks come from approved segmentations: nobody states them. */
const MASKS = ["mask", "prior_mask", "brain_mask"];

/** What no record holds and the answers so far do not rule out: the doctor can state it. */
export function askedFacts({ inputs, facts, missing, absent }: Model, given: Given): Declared[] {
  const held = new Set(facts.map(({ name }) => name));
  const refused = [...missing, ...absent].filter(({ can_be_given }) => !can_be_given);
  const closed = new Set([...held, ...MASKS, ...refused.map(({ what }) => what)]);
  const values: Record<string, unknown> = {
    ...given,
    ...Object.fromEntries(facts.map(({ name, value }) => [name, value])),
  };
  const declared = Array.isArray(inputs["facts"]) ? (inputs["facts"] as Declared[]) : [];
  const asked = declared.filter(
    ({ name, when = {} }) =>
      !closed.has(name) && Object.entries(when).every(([other, value]) => values[other] === value),
  );
  return asked.filter(({ name }, index) => asked.findIndex((one) => one.name === name) === index);
}

/** The answers to what is asked; one whose question an other answer took away does not count. */
export function answersTo(asked: Declared[], given: Given): Given {
  const names = new Set(asked.map(({ name }) => name));
  return Object.fromEntries(Object.entries(given).filter(([name]) => names.has(name)));
}

/** Whether the model lacks nothing that it needs. */
export function isComplete({ missing }: Model, asked: Declared[], given: Given): boolean {
  const stated = asked.every(({ name, required = true }) => !required || name in given);
  return stated && missing.every(({ can_be_given }) => can_be_given);
}
