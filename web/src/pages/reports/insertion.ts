/**
 * `text` put in at a place of `before`, on a line of its own where the place is not a line's start; `end` is the place
 * behind it.
 */
export function inserted(before: string, place: number, text: string): { text: string; end: number } {
  const head = before.slice(0, place);
  const tail = before.slice(place);
  const open = head === "" || head.endsWith("\n") ? "" : "\n";
  const close = tail === "" || tail.startsWith("\n") ? "" : "\n";
  const upTo = `${head}${open}${text}`;
  return { text: `${upTo}${close}${tail}`, end: upTo.length };
}
