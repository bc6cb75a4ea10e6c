import type { ChosenFile } from "./queue";

const byName = new Intl.Collator("en", { numeric: true });

function sorted(files: ChosenFile[]): ChosenFile[] {
  return files.sort((a, b) => byName.compare(a.name, b.name));
}

/** The files of an input element; those of a folder keep their path in it. */
export function filesOf(list: readonly File[]): ChosenFile[] {
  return sorted(list.map((file) => ({ name: file.webkitRelativePath || file.name, file })));
}

function fileOf(entry: FileSystemFileEntry): Promise<File> {
  return new Promise((resolve, reject) => {
    entry.file(resolve, reject);
  });
}

/** A reader gives a hundred entries at a time, none at the end. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader();
  const all: FileSystemEntry[] = [];
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, reject);
    });
    if (some.length === 0) return all;
    all.push(...some);
  }
}

async function walk(entry: FileSystemEntry, found: ChosenFile[]): Promise<void> {
  if (entry.isFile) {
    const file = await fileOf(entry as FileSystemFileEntry);
    found.push({ name: entry.fullPath.replace(/^\//, ""), file });
  } else if (entry.isDirectory) {
    for (const child of await entriesOf(entry as FileSystemDirectoryEntry)) await walk(child, found);
  }
}

/** What was dropped, folders walked through. Call it in the event: the entries do not outlive it. */
export async function filesDropped(data: DataTransfer): Promise<ChosenFile[]> {
  const entries = Array.from(data.items, (item) => item.webkitGetAsEntry());
  const plain = filesOf(Array.from(data.files));
  const found: ChosenFile[] = [];
  for (const entry of entries) if (entry) await walk(entry, found);
  return found.length > 0 ? sorted(found) : plain;
}
