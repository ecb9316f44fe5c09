/** What the clerk gave: PDF files, and how many others there were. */
export interface GivenFiles {
  pdfs: File[]
  others: number
}

/** Files by their names: what they are inside, the agent says. Each file once, in the order that a file manager shows. */
export function sortFiles(files: readonly File[]): GivenFiles {
  const pdfs = files.filter(({ name }) => /\.pdf$/i.test(name))
  return { pdfs: pdfs.toSorted((one, other) => pathOf(one).localeCompare(pathOf(other), 'vi', { numeric: true })), others: files.length - pdfs.length }
}

/** The same file chosen twice is one. */
export function joinFiles(before: readonly File[], added: readonly File[]): File[] {
  const known = new Set(before.map(identityOf))
  return [...before, ...added.filter((file) => !known.has(identityOf(file)))]
}

/** Files and whole folders, however deep, that were dropped. To be called within the event: later, the browser has forgotten them. */
export async function droppedFiles(transfer: DataTransfer): Promise<File[]> {
  const entries = Array.from(transfer.items, (item) => (item.kind === 'file' ? item.webkitGetAsEntry() : null)).filter((entry) => entry !== null)
  // Some sources drop files that are in no folder of the PC.
  if (entries.length === 0) return Array.from(transfer.files)
  return (await Promise.all(entries.map(filesOf))).flat()
}

async function filesOf(entry: FileSystemEntry): Promise<File[]> {
  if (entry.isFile) return [await new Promise<File>((resolve, reject) => (entry as FileSystemFileEntry).file(resolve, reject))]
  const files = []
  for (const inside of await entriesOf(entry as FileSystemDirectoryEntry)) files.push(...(await filesOf(inside)))
  return files
}

/** A reader gives a folder in parts, and says that it is through by an empty one. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader()
  const all: FileSystemEntry[] = []
  for (;;) {
    const part = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject))
    if (part.length === 0) return all
    all.push(...part)
  }
}

function identityOf(file: File): string {
  return `${pathOf(file)}|${file.size}|${file.lastModified}`
}

function pathOf(file: File): string {
  return file.webkitRelativePath || file.name
}
