import type { ComponentChildren } from 'preact'
import { Options } from '../../../extension/ui/options.tsx'
import { Popup } from '../../../extension/ui/popup.tsx'
import { SidePanel } from '../../../extension/ui/side-panel.tsx'
import { SignWindow } from '../../../extension/ui/sign-window.tsx'
import { testDocumentName } from '../../../extension/ui/test-document.ts'
import type { UiEvents } from '../../../extension/ui/ui-events.ts'
import { Welcome } from '../../../extension/ui/welcome.tsx'
import { drawnPapers } from './drawn-papers.ts'
import { keptPictures } from './kept-pictures.ts'
import type { FoundDocument } from '../../../shared/messages/page.ts'
import type { BatchOnScreen, CommandAnswer, PairingAwaits, View } from '../../../shared/messages/view.ts'
import type { Language } from '../../../shared/text/errors.ts'
import {
  agency, batch, batchDocument, batchOfSignatures, batchInReview, batchInWork, batchAwaitingLogin, batchAwaitingStamps, batchOfUnknown, batchStampsHeldUp, batchStopped, revoked, batchUnconfirmed, batchWithBroken, batchWithFailures, expired, keptImages, personal, site, siteName, view, viewOfPage,
} from '../../fixtures/views.ts'

export const now = Date.parse('2026-11-24T02:08:30Z')

export const silent: UiEvents = { send: () => undefined, allowSite: () => undefined, signFiles: () => undefined, teach: () => undefined, openBatch: () => undefined, openPanel: () => undefined, openOptions: () => undefined }

const down: View['link'] = { state: 'down', refusal: { code: 'agent-unreachable', facts: {} } }
const pairing = (awaits: PairingAwaits): View['link'] => ({ state: 'pairing', digits: '482913', awaits })
const unknown: View['link'] = { state: 'down', refusal: { code: 'pairing-unknown', facts: { port: '27181' } } }
const noToken: Partial<View> = { certificates: [], problems: [{ code: 'driver-missing', facts: { driver: 'bit4xpki.dll' } }] }
const notListed: View['found'] = { tabId: 7, site: 'https://vanban.songlam.gov.vn', siteName: 'vanban.songlam.gov.vn', listed: false, documents: [] }
const received = batchInReview().documents.map((document, index) => (index < 12 ? document : batchDocument(index, { state: 'offered' })))
const allDone = batch(Array.from({ length: 8 }, (_, index) => batchDocument(index, { state: 'delivered', signedBytes: 1, signedSha256: 'f6'.repeat(32) })), { state: 'done' })
const probable = viewOfPage(3)
for (const document of probable.found?.documents ?? []) document.certainty = 'probable'

const listed = viewOfPage(24).found ?? notListed
const secret = listed.documents.map((document, index) => (index % 3 === 1 ? { ...document, secrecy: index === 1 ? 'Tối mật' : 'Mật' } : document))
/** Every reason for which "all" leaves a document out. */
const partly = viewOfPage(24)
for (const [index, document] of partly.found?.documents.entries() ?? []) {
  if (index === 1 || index === 4) document.batch = 'open'
  if (index === 2) document.batch = 'signed'
  if (index === 5) document.secrecy = 'Mật'
  if (index === 6) document.certainty = 'probable'
}
const nothingLeft = viewOfPage(6)
for (const [index, document] of nothingLeft.found?.documents.entries() ?? []) document.batch = index < 4 ? 'signed' : 'open'
const readingFirst: Partial<View> = { certificates: [], certificatesKnown: false, readingTokens: true }
const descriptors: View['descriptors'] = [
  { id: 'qlvb-an-phu', version: 4, name: 'Quản lý văn bản An Phú', source: 'IT desk', assumed: [], origins: ['https://qlvb.anphu.gov.vn'], from: 'policy', json: '{ "format": "antin-site-1" }' },
  { id: 'taught-vanban', version: 2, name: 'vanban.hoabinhminh.vn', source: 'Taught', assumed: [], origins: ['https://vanban.hoabinhminh.vn'], from: 'own', json: JSON.stringify({ format: 'antin-site-1', id: 'taught-vanban' }, null, 2) },
  { id: 'vnpt-ioffice', version: 1, name: 'VNPT iOffice', source: 'Public programs that read VNPT iOffice.', assumed: ['the way back'], origins: [], from: 'built-in' },
]

/** Nine documents that the page says wait for this. */
function awaiting(act: NonNullable<FoundDocument['act']>, rest: Partial<View> = {}): View {
  const shown = viewOfPage(9, rest)
  for (const document of shown.found?.documents ?? []) document.act = act
  return shown
}

const popup = (shown: View, answer?: CommandAnswer, tabId: number | undefined = 7) => <Popup view={shown} answer={answer} tabId={tabId} now={now} on={silent} />
const sign = (shown: BatchOnScreen, answer?: CommandAnswer, papers = drawnPapers) => (
  <SignWindow view={{ ...view, batches: [shown] }} batchId={shown.batchId} answer={answer} now={now} papers={papers} on={silent} />
)
const panel = (batches: BatchOnScreen[], rest: Partial<View> = {}) => <SidePanel view={{ ...view, ...rest, batches }} now={now} on={silent} />
const options = (rest: Partial<View> = {}) => <Options view={{ ...view, ...rest }} version="0.1.0" pictures={keptPictures} on={silent} />
const welcome = (rest: Partial<View> = {}) => <Welcome view={{ ...view, ...rest }} now={now} on={silent} />

/** Every window in every state that a clerk can meet. */
export const scenes: Record<string, () => ComponentChildren> = {
  'popup-many': () => popup(viewOfPage(24)),
  'popup-few': () => popup(probable),
  'popup-batches': () => popup(viewOfPage(9, { batches: [batchInWork(), { ...batchInReview(), batchId: '44444444-4444-4444-8444-444444444444' }, batchStopped()] })),
  'popup-reading': () => popup({ ...view, link: { state: 'connecting' } }),
  'popup-empty': () => popup(viewOfPage(0)),
  'popup-no-page': () => popup(view, undefined, undefined),
  'popup-not-listed': () => popup({ ...view, found: notListed }),
  'popup-office-decides': () => popup({ ...view, found: notListed, fixed: { sites: ['https://qlvb.anphu.gov.vn'] } }),
  'popup-unpaired': () => popup(viewOfPage(9, { link: { state: 'unpaired' } })),
  'popup-pairing': () => popup(viewOfPage(9, { link: pairing('both') })),
  'popup-pairing-window': () => popup(viewOfPage(9, { link: pairing('window') })),
  'popup-pairing-here': () => popup(viewOfPage(9, { link: pairing('here') })),
  'popup-pairing-unknown': () => popup(viewOfPage(9, { link: unknown })),
  'popup-down': () => popup(viewOfPage(9, { link: down })),
  'popup-reading-another': () => popup(viewOfPage(9, { readingTokens: true })),
  'popup-reading-tokens': () => popup(viewOfPage(9, { certificates: [], certificatesKnown: false })),
  'popup-no-token': () => popup(viewOfPage(9, { certificates: [] })),
  'popup-expired': () => popup(viewOfPage(9, { certificates: [expired] })),
  'popup-role': () => popup(viewOfPage(9, { certificates: [{ ...personal, role: 'unknown' }] })),
  'popup-issue': () => popup(awaiting('issue', { lastDetails: { [site]: { ownCertificateSha256: personal.sha256 } } })),
  'popup-comment': () => popup(awaiting('comment')),
  'popup-copy': () => popup(awaiting('copy')),
  'popup-further': () => popup(viewOfPage(24, { found: { ...listed, hasFurther: true } })),
  'popup-reading-further': () => popup(viewOfPage(24, { found: { ...listed, reading: true } })),
  'popup-changed': () => popup(viewOfPage(24, { found: { ...listed, health: { missing: ['number', 'file'] } } })),
  'popup-changed-empty': () => popup(viewOfPage(24, { found: { ...listed, documents: [], health: { missing: ['list'] } } })),
  'popup-secret': () => popup(viewOfPage(24, { found: { ...listed, documents: secret } })),
  'popup-left-out': () => popup(partly),
  'popup-none-ready': () => popup(nothingLeft),
  'popup-refused': () => popup(viewOfPage(9), { about: 'sign', refusal: { code: 'batch-busy', facts: {} } }),
  'sign-certificate-asking': () => sign({ ...batchInReview(), certificateCheck: { state: 'asking' } }),
  'sign-certificate-good': () => sign({ ...batchInReview(), certificateCheck: { state: 'good' } }),
  'sign-certificate-unknown': () => sign(batchOfUnknown()),
  'sign-certificate-revoked': () => sign({ ...batchInReview(), certificateCheck: revoked }),
  'sign-awaits-stamps': () => sign(batchAwaitingStamps()),
  'sign-open': () => sign(batch(received, { state: 'open' })),
  'sign-awaits-login': () => sign(batchAwaitingLogin()),
  'sign-broken': () => sign(batchWithBroken()),
  'sign-offered': () => sign(batchInReview()),
  'sign-preview': () => sign(batchInReview()),
  'sign-places': () => sign(batchOfSignatures()),
  'sign-places-unsure': () => sign(batchOfSignatures()),
  'sign-preview-narrow': () => sign(batchInReview()),
  'sign-preview-failed': () => sign(batchInReview(), undefined, { ...drawnPapers, open: () => Promise.reject(new Error('no pdf')) }),
  'sign-preview-done': () => sign(allDone),
  'sign-approving': () => sign({ ...batchInReview(), state: 'approving' }),
  'sign-signing': () => sign(batchInWork()),
  'sign-paused': () => sign({ ...batchInWork(), state: 'paused' }),
  'sign-stopped': () => sign(batchStopped()),
  'sign-done': () => sign(allDone),
  'sign-unknown': () => <SignWindow view={view} batchId="unknown" now={now} papers={drawnPapers} on={silent} />,
  'panel-empty': () => panel([]),
  'panel-many': () => panel([batchInWork(), batchWithFailures(), batchStopped()]),
  'panel-paused': () => panel([{ ...batchInWork(), state: 'paused' }, batchUnconfirmed()]),
  'panel-awaits-stamps': () => panel([batchAwaitingStamps(), batchStampsHeldUp()]),
  'panel-stopped-unknown': () => panel([{ ...batchOfUnknown(), state: 'stopped' }]),
  'panel-awaits-login': () => panel([batchAwaitingLogin()]),
  'panel-down': () => panel([batchInWork()], { link: down }),
  'options-ready': () => options({ certificates: [agency, expired], sites: view.sites }),
  'options-fixed': () => options({ fixed: { language: true, agentPort: 27_190 } }),
  'options-sites-fixed': () => options({ fixed: { sites: [site, 'https://vanban.songlam.gov.vn'] }, sites: [{ origin: site, name: siteName, byPolicy: true }] }),
  'options-sites': () => options({ descriptors }),
  'options-images': () => options({ images: keptImages, sites: [] }),
  'options-reading': () => options({ ...readingFirst, sites: [] }),
  'options-unpaired': () => options({ link: { state: 'unpaired' }, sites: [] }),
  'welcome-first': () => welcome({ link: down, certificates: [], sites: [] }),
  'welcome-pairing': () => welcome({ link: pairing('both'), certificates: [], sites: [] }),
  'welcome-reading': () => welcome({ ...readingFirst, sites: [] }),
  'welcome-token': () => welcome({ ...noToken, sites: [] }),
  'welcome-site': () => welcome({ sites: [] }),
  'welcome-tried': () => welcome({ batches: [batch([batchDocument(0, { name: testDocumentName, state: 'delivered' })], { state: 'done', profile: 'approve', certificate: personal })] }),
  'welcome-ready': () => welcome({ sites: [{ origin: site, name: siteName, byPolicy: false }] }),
}

/** What is pressed in a scene before it is looked at. */
export const pressed: Record<string, string> = {
  'sign-preview': '[data-document$="04"]',
  'sign-places': '[data-document$="02"]',
  'sign-places-unsure': '[data-document$="03"]',
  'sign-preview-narrow': '[data-document$="02"]',
  'sign-preview-failed': '[data-document$="07"]',
  'sign-preview-done': '[data-document$="02"]',
}

export const languages: readonly Language[] = ['vi', 'en']
