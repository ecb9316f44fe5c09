import { readFileSync } from 'node:fs'
import path from 'node:path'

const fixtures = path.resolve(import.meta.dirname, '../fixtures/pages')

/** What the popup lists, by the number, else the title or name; and the grade of secrecy where it is marked. */
export const fixtureRows: Record<string, string[]> = {
  'plain-links.html': ['12/QĐ-UBND', 'Tờ trình 45.PDF', 'Thông báo 7.pdf', 'Kế hoạch', 'Giấy mời 88.pdf', 'Tải về'],
  'table-rows.html': ['101/QĐ-UBND', '102/TB-UBND'],
  'postback-grid.html': ['15/BC-STC', '16/BC-STC'],
  'viewers.html': ['1', '2.pdf', '3', '4.pdf', '5.pdf'],
  'row-buttons.html': ['7/KH-SNV', '8/KH-SNV', '9/KH-SNV'],
  'aria-grid.html': ['21/TTr-STP'],
  'cards.html': ['30/2026/NQ-HĐND', '31/2026/NQ-HĐND'],
  'ioffice-list.html': ['18/KH-SGD', '19/KH-SGD Mật'],
  'ioffice-open-document.html': ['21/QĐ-SGD Tối mật', '21/QĐ-SGD Tối mật'],
  'zk-listbox.html': ['5/BC-SCT', '6/BC-SCT Tuyệt mật'],
  'liferay-portlet.html': ['33/TB-TCHC', '34/TB-TCHC'],
  'sharepoint-list.html': ['9/GM-VP'],
  'aspnet-grid.html': ['41/CV-TNMT', '42/CV-TNMT Mật'],
  'secret-cards.html': ['70/KH-CA MẬT', '71/KH-CA'],
  'late-nodes.html': ['3/TB-X'],
  'frames.html': ['12/QĐ-UBND', 'Tờ trình 45.PDF', 'Thông báo 7.pdf', 'Kế hoạch', 'Giấy mời 88.pdf', 'Tải về', '9.pdf'],
  'patched-world.html': ['1.pdf', '%ZZ.pdf'],
  'many-nodes.html': ['cuoi.pdf', 'trong-svg.pdf'],
  'hostile.html': ['1.pdf', '%ZZ.pdf', '2.pdf', '3.pdf', '4.pdf', '5.pdf'],
  'shadow-roots.html': ['1.pdf', '2.pdf', '3/CV-X', '4.pdf'],
  'shadow-roots-closed.html': ['1.pdf', '2.pdf', '3/CV-X', '4.pdf'],
  'live-blobs.html': ['8/CV-B', 'Biên bản.pdf', 'Xem trước'],
}

/** The fixture as a server sends it: what unit tests attach as shadow roots is declared in the markup, closed ones too. */
export function fixturePage(name: string): string {
  const mode = name.endsWith('-closed.html') ? 'closed' : 'open'
  return readFileSync(path.join(fixtures, name.replace('-closed.', '.')), 'utf8').replaceAll('<template>', `<template shadowrootmode="${mode}">`)
}
