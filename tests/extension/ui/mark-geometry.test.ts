import { describe, expect, test } from 'vitest'
import { alikeDocuments, movesBack, movesTo, placeState, warningsLeft } from '../../../extension/ui/alike-documents.ts'
import { changed, onSheet, pointsPerMm, stretched } from '../../../extension/ui/mark-geometry.ts'
import { changeByKey } from '../../../extension/ui/mark-keys.ts'
import { batch, batchDocument, facts, signatureMark } from '../../fixtures/views.ts'

const page = { width: 595.28, height: 841.89 }
const from = { page: 2, x: 340, y: 220, width: 120, height: 60 }
const key = (name: string, rest: Partial<KeyboardEvent> = {}) => ({ key: name, shiftKey: false, altKey: false, ctrlKey: false, metaKey: false, ...rest })

describe('a mark that is moved', () => {
  test('goes by millimetres, in hundredths of a point, and stays whole inside its page', () => {
    expect(changed('signature', from, { dx: pointsPerMm, dy: -5 * pointsPerMm }, page)).toEqual({ ...from, x: 342.83, y: 205.83 })
    expect(changed('signature', from, { dx: 9999, dy: 9999 }, page)).toEqual({ ...from, x: 475.28, y: 781.89 })
    expect(changed('signature', from, { dx: -9999, dy: -9999 }, page)).toEqual({ ...from, x: 0, y: 0 })
  })

  test('is stretched as far as the page and the rule allow; a seal never', () => {
    expect(changed('signature', from, { wider: 9999, higher: -9999 }, page)).toEqual({ ...from, width: 255.28, height: 6 })
    expect(changed('seal', from, { wider: 20, higher: 20 }, page)).toEqual(from)
    // By its lower corner: the upper edge stands.
    expect(stretched('signature', from, { wider: 10, higher: 15 }, page)).toEqual({ ...from, width: 130, height: 75, y: 205 })
    expect(stretched('signature', { ...from, y: 10 }, { higher: 9999 }, page)).toMatchObject({ y: 0, height: 70 })
    expect(stretched('seal', from, { wider: 10 }, page)).toEqual(from)
  })

  test('lies on a sheet of any zoom at the same share of it, from below', () => {
    expect(onSheet({ ...from, x: 297.64, y: 0 }, page)).toEqual({ left: '50%', bottom: '0%', width: `${(100 * 120) / 595.28}%`, height: `${(100 * 60) / 841.89}%` })
  })

  test.each([
    [key('ArrowRight'), { dx: pointsPerMm, dy: 0 }],
    [key('ArrowUp', { shiftKey: true }), { dx: 0, dy: 5 * pointsPerMm }],
    [key('ArrowLeft', { altKey: true }), { wider: -pointsPerMm, higher: 0 }],
    [key('+'), { wider: pointsPerMm, higher: pointsPerMm / 2 }],
    [key('-'), { wider: -pointsPerMm, higher: -pointsPerMm / 2 }],
    [key('ArrowRight', { ctrlKey: true }), undefined],
    [key('PageDown'), undefined],
  ])('by the key %o', (pressed, change) => {
    expect(changeByKey(pressed, 'signature', from)).toEqual(change)
  })

  test('plus and minus are left to the zoom where the size is fixed', () => {
    expect(changeByKey(key('+'), 'seal', from)).toBeUndefined()
  })
})

describe('documents alike', () => {
  const document = (index: number, template: string, rest: Parameters<typeof signatureMark>[1] = {}, warnings: ReturnType<typeof facts>['warnings'] = []) =>
    batchDocument(index, { facts: facts(index, { template, warnings, pages: 1 }), marks: signatureMark(1, rest) })

  test('share the template; each follows from where its own was proposed', () => {
    const documents = [document(0, 'a'), document(1, 'a', { y: 320 }), document(2, 'b')]
    const alike = alikeDocuments(batch(documents), documents[0] ?? batchDocument(0))
    expect(alike).toEqual([documents[1]])
    expect(movesTo(documents[0] ?? batchDocument(0), 'signature', { page: 1, x: 330, y: 230, width: 60, height: 30 }, alike)).toEqual([
      { documentId: documents[0]?.documentId, mark: 'signature', to: { page: 1, x: 330, y: 230, width: 60, height: 30 } },
      { documentId: documents[1]?.documentId, mark: 'signature', to: { page: 1, x: 330, y: 330, width: 60, height: 30 } },
    ])
  })

  test('where no place is sure, share the size of the page and get the same place', () => {
    const unsure = { confidence: 0.3 }
    const documents = [document(0, 'a', unsure, ['place-unsure']), document(1, 'b', { ...unsure, y: 90 }, ['place-unsure']), document(2, 'a')]
    const wide = document(3, 'a', unsure, ['place-unsure'])
    wide.facts = facts(3, { pageSizes: [{ from: 1, width: 842, height: 595 }], warnings: ['place-unsure'] })
    const alike = alikeDocuments(batch([...documents, wide]), documents[0] ?? wide)
    expect(alike).toEqual([documents[1]])
    expect(movesTo(documents[0] ?? wide, 'signature', { page: 1, x: 100, y: 100, width: 120, height: 60 }, alike).map(({ to }) => to?.y)).toEqual([100, 100])
  })

  test('go back only where they were moved', () => {
    const proposed = { page: 1, x: 1, y: 2, width: 120, height: 60 }
    expect(movesBack([document(0, 'a'), document(1, 'a', { by: 'clerk', proposed })], 'signature')).toEqual([{ documentId: document(1, 'a').documentId, mark: 'signature' }])
  })

  test('what the list says: unsure until the clerk has put it somewhere', () => {
    const before = document(0, 'a', { confidence: 0.3 }, ['place-unsure', 'no-text'])
    const after = document(0, 'a', { confidence: 1, by: 'clerk' }, ['place-unsure', 'no-text'])
    expect([placeState(before), warningsLeft(before)]).toEqual(['unsure', ['place-unsure', 'no-text']])
    expect([placeState(after), warningsLeft(after)]).toEqual(['moved', ['no-text']])
    expect([placeState(document(0, 'a')), placeState(document(0, 'a', { by: 'memory' })), placeState(batchDocument(0, { marks: [] }))]).toEqual(['sure', 'remembered', undefined])
  })
})
