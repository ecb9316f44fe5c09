// @vitest-environment happy-dom
import { expect, test } from 'vitest'
import { Options } from '../../../extension/ui/options.tsx'
import type { Command, CommandAnswer, View } from '../../../shared/messages/view.ts'
import { limits } from '../../../shared/protocol/limits.ts'
import { eventually } from '../eventually.ts'
import { agency, expired, keptImages, personal, view } from '../../fixtures/views.ts'
import { keptPictures } from './kept-pictures.ts'
import { mount, type Mounted } from './mount.tsx'
import { silent } from './scenes.tsx'

const withImages: View = { ...view, images: keptImages }

interface Shown {
  answer?: CommandAnswer
  pending?: Command['kind']
}

const options = (shown: View, on = silent, rest: Shown = {}) => <Options view={shown} {...rest} version="0.1.0" pictures={keptPictures} on={on} />
const show = (shown: View) => mount((on) => options(shown, on))

function group(window: Mounted, name: string): HTMLElement {
  const found = window.all('.kept-image').find((element) => element.getAttribute('aria-label') === name)
  if (!found) throw new Error(`no picture ${name}`)
  return found
}

async function give(window: Mounted, name: string, file: File): Promise<void> {
  const field = group(window, name).querySelector<HTMLInputElement>('input[type=file]')
  if (!field) throw new Error('no field')
  Object.defineProperty(field, 'files', { value: [file], configurable: true })
  await window.act(() => void field.dispatchEvent(new Event('change', { bubbles: true })))
}

test('each certificate has the pictures of its role: a person’s hand and initials, an agency’s seal', async () => {
  const window = await show({ ...withImages, certificates: [personal, agency, expired] })
  expect(window.all('.kept-image').map((element) => element.getAttribute('aria-label'))).toEqual([
    `Ảnh chữ ký của ${personal.holder}`, `Ảnh ký nháy của ${personal.holder}`, `Ảnh con dấu của ${agency.holder}`,
  ])
  expect((await show({ ...withImages, certificates: [{ ...agency, role: 'unknown' }] })).all('.kept-image')).toHaveLength(3)
})

test('a picture stands there in its real size, with what is known of it', async () => {
  const window = await show(withImages)
  const hand = group(window, `Ảnh chữ ký của ${personal.holder}`)
  await eventually(() => hand.querySelector('img')?.style.inlineSize).toBe('48.2mm')
  expect(hand.querySelector('img')?.alt).toBe(`Ảnh chữ ký của ${personal.holder}`)
  expect(hand.textContent).toContain('Khi in: 48,2 × 19,6 mm')
  expect(hand.textContent).toContain('569 × 231 điểm ảnh · thêm ngày 12/10/2026')
  expect(hand.textContent).not.toContain('có thể mờ')
  expect(group(window, `Ảnh con dấu của ${agency.holder}`).textContent).toContain('Ít điểm ảnh, in ra có thể mờ')
})

test('where there is none, it says what the picture must be', async () => {
  const initials = group(await show(withImages), `Ảnh ký nháy của ${personal.holder}`)
  expect(initials.querySelector('img')).toBeNull()
  expect(initials.textContent).toContain('PNG hoặc JPEG, mực xanh')
})

test('a file goes to the agent whole, for this certificate and use; a removal names both', async () => {
  const window = await show(withImages)
  await give(window, `Ảnh ký nháy của ${personal.holder}`, new File([new Uint8Array([137, 80, 78, 71])], 'nhay.png'))
  await eventually(() => window.told).toEqual([['send', { kind: 'import-image', certificateSha256: personal.sha256, use: 'initials', base64: 'iVBORw==' }]])
  await window.act(() => window.button(`Xóa Ảnh con dấu của ${agency.holder}`).click())
  expect(window.told.at(-1)).toEqual(['send', { kind: 'remove-image', certificateSha256: agency.sha256, use: 'seal' }])
})

test('a file that is too large is not even read', async () => {
  const window = await show(withImages)
  const file = new File([''], 'anh.png')
  Object.defineProperty(file, 'size', { value: limits.imageBytes + 1 })
  await give(window, `Ảnh chữ ký của ${personal.holder}`, file)
  expect(group(window, `Ảnh chữ ký của ${personal.holder}`).querySelector('[role=alert]')?.textContent).toContain('Tệp ảnh lớn quá 8 MB')
  expect(window.told).toEqual([])
})

test('while the agent asks, the clerk is sent to its window, and its refusal is said beside the picture', async () => {
  const window = await show(withImages)
  const name = `Ảnh con dấu của ${agency.holder}`
  await give(window, name, new File(['x'], 'dau.png'))
  await eventually(() => window.told).toHaveLength(1)
  await window.again(options(withImages, silent, { pending: 'import-image' }))
  expect(group(window, name).querySelector('[role=status]')?.textContent).toContain('Trả lời trong cửa sổ của Ấn Tín')
  expect([...group(window, name).querySelectorAll('button')].every(({ disabled }) => disabled)).toBe(true)
  for (const [code, words] of [['image-not-red', 'không phải mực đỏ'], ['image-not-clear', 'nền trong suốt'], ['image-not-round', 'không cân'], ['image-not-picture', 'không phải ảnh PNG hay JPEG']] as const) {
    await window.again(options(withImages, silent, { answer: { about: 'import-image', refusal: { code, facts: {} } } }))
    expect(group(window, name).querySelector('[role=alert]')?.textContent).toContain(words)
    expect(window.all('[role=alert]')).toHaveLength(1)
  }
})

test('pictures of certificates that are not plugged in are counted; before the agent told its list there is nothing', async () => {
  expect((await show({ ...withImages, certificates: [personal] })).text()).toContain('Còn 1 ảnh của chứng thư chưa cắm vào máy.')
  expect((await show(view)).text()).not.toContain('Ảnh chữ ký và con dấu')
})
