/** The newest of each code, at most `most`, from a list with the newest first. */
export function newestByCode<Value extends { code: string }>(values: Value[], most: number): Map<string, Value[]> {
  const found = new Map<string, Value[]>();
  for (const value of values) {
    const known = found.get(value.code) ?? [];
    if (known.length < most) found.set(value.code, [...known, value]);
  }
  return found;
}
