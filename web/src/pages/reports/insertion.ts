/** `text` put in at a place of `before`, on a line of its own where the place is not a line's start. */
export function inserted(before: string, place: number, text: string): string {
  const head = before.slice(0, place);
  const tail = before.slice(place);
  const open = head === "" || head.endsWith("\n") ? "" : "\n";
  const close = tail === "" || tail.startsWith("\n") ? "" : "\n";
  return `${head}${open}${text}${close}${tail}`;
}
