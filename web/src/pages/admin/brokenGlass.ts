import type { Schema } from "@/api/client";

export type BrokenGlass = Schema["BrokenGlassOut"];

export const nameOf = ({ full_name, username }: BrokenGlass["user"]) => full_name || username;
