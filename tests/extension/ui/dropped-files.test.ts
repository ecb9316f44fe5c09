import { expect, test } from 'vitest'
import { droppedFiles, joinFiles, sortFiles } from '../../../extension/ui/dropped-files.ts'

const file = (name: string, size = 1): File => new File(['x'.repeat(size)], name, { lastModified: 1 })

test('only PDF files count, in the order of a file manager', () => {
  const { pdfs, others } = sortFiles([file('Trang 10.pdf'), file('ghi chú.docx'), file('Trang 9.PDF'), file('a.pdf')])
  expect(pdfs.map(({ name }) => name)).toEqual(['a.pdf', 'Trang 9.PDF', 'Trang 10.pdf'])
  expect(others).toBe(1)
})

test('the same file twice is one, two of one name are two', () => {
  expect(joinFiles([file('a.pdf')], [file('a.pdf'), file('a.pdf', 2)])).toHaveLength(2)
})

/** A folder as a browser gives it: in parts of two. */
function folder(...inside: object[]): object {
  return {
    isFile: false,
    createReader: () => {
      const rest = [...inside]
      return { readEntries: (tell: (part: object[]) => void) => tell(rest.splice(0, 2)) }
    },
  }
}
const entry = (name: string) => ({ isFile: true, file: (tell: (file: File) => void) => tell(file(name)) })

test('a dropped folder gives all its files, however deep and many', async () => {
  const dropped = folder(entry('1.pdf'), folder(entry('2.pdf')), entry('3.pdf'), entry('4.pdf'), entry('5.txt'))
  const transfer = { items: [{ kind: 'file', webkitGetAsEntry: () => dropped }, { kind: 'string' }], files: [] }
  const files = await droppedFiles(transfer as unknown as DataTransfer)
  expect(files.map(({ name }) => name)).toEqual(['1.pdf', '2.pdf', '3.pdf', '4.pdf', '5.txt'])
})

test('files that are in no folder of the PC come as they are', async () => {
  const transfer = { items: [{ kind: 'file', webkitGetAsEntry: () => null }], files: [file('a.pdf')] }
  expect(await droppedFiles(transfer as unknown as DataTransfer)).toHaveLength(1)
})
