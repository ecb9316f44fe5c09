import { useEffect, useId, useRef, useState } from 'preact/hooks'
import { refusal, type Refusal } from '../../shared/errors.ts'
import type { Command, CommandAnswer, View } from '../../shared/messages/view.ts'
import type { ImageUse, ImageView } from '../../shared/protocol/image.ts'
import { limits } from '../../shared/protocol/limits.ts'
import { CertificateWords } from './certificate-choice.tsx'
import { dayText, millimetreText } from './format.ts'
import { Icon } from './icon.tsx'
import { RefusalNotice } from './notice.tsx'
import type { Pictures } from './pictures.ts'
import { useLanguage, useSay } from './say.ts'
import type { UiEvents } from './ui-events.ts'

type Certificate = View['certificates'][number]

/** Which pictures a certificate has: a person's hand, an agency's seal, and all where nobody has said whose it is. */
const usesOf: Record<Certificate['role'], readonly ImageUse[]> = {
  person: ['signature', 'initials'],
  agency: ['seal'],
  unknown: ['signature', 'initials', 'seal'],
}

interface ImagesPartProps {
  view: View & { images: ImageView[] }
  answer: CommandAnswer | undefined
  pending: Command['kind'] | undefined
  pictures: Pictures
  on: UiEvents
}

/** What documents show of a hand and a seal, as the agent keeps it. */
export function ImagesPart({ view, answer, pending, pictures, on }: ImagesPartProps) {
  const say = useSay()
  /** Certificate and use of what was changed last: a refusal is said there. */
  const [last, setLast] = useState('')
  const [tooLarge, setTooLarge] = useState<Refusal>()
  const usable = view.certificates.filter(({ refusal: reason }) => !reason)
  const others = view.images.filter(({ certificateSha256 }) => !usable.some(({ sha256 }) => sha256 === certificateSha256))
  const isBusy = pending === 'import-image' || pending === 'remove-image'
  const refused = tooLarge ?? (isAboutImages(answer) ? answer?.refusal : undefined)
  const change = (id: string, command: Command | Refusal) => {
    setLast(id)
    setTooLarge('code' in command ? command : undefined)
    if ('kind' in command) on.send(command)
  }
  return (
    <section class="settings-part">
      <h2>{say.images}</h2>
      <div class="settings-content">
        <p class="soft">{say.imagesText}</p>
        {usable.length === 0 && <p>{say.imagesNoToken}</p>}
        <ul class="plain-list">
          {usable.map((certificate) => (
            <li key={certificate.sha256}>
              <CertificateWords certificate={certificate} />
              {usesOf[certificate.role].map((use) => {
                const id = `${certificate.sha256} ${use}`
                const kept = view.images.find((image) => image.certificateSha256 === certificate.sha256 && image.use === use)
                const state = { isBusy, isAsking: isBusy && last === id, refused: last === id ? refused : undefined }
                return <KeptImage key={use} {...state} certificate={certificate} use={use} kept={kept} pictures={pictures} onChange={(command) => change(id, command)} />
              })}
            </li>
          ))}
        </ul>
        {others.length > 0 && <p class="soft small">{say.imagesOthers(others.length)}</p>}
      </div>
    </section>
  )
}

export function isAboutImages(answer: CommandAnswer | undefined): boolean {
  return answer?.about === 'import-image' || answer?.about === 'remove-image'
}

interface KeptImageProps {
  certificate: Certificate
  use: ImageUse
  kept: ImageView | undefined
  pictures: Pictures
  /** A change of any picture is under way; or of this one. */
  isBusy: boolean
  isAsking: boolean
  refused: Refusal | undefined
  onChange: (command: Command | Refusal) => void
}

function KeptImage({ certificate, use, kept, pictures, isBusy, isAsking, refused, onChange }: KeptImageProps) {
  const say = useSay()
  const title = { signature: say.imageSignature, seal: say.imageSeal, initials: say.imageInitials }[use]
  const whose = say.imageOf(title, certificate.holder)
  const which = { certificateSha256: certificate.sha256, use }
  return (
    <div class="kept-image" role="group" aria-label={whose}>
      {kept ? <Picture image={kept} pictures={pictures} words={whose} /> : <span class="picture none" aria-hidden="true" />}
      <div class="picture-words">
        <strong>{title}</strong>
        {kept ? <ImageFacts image={kept} /> : <span class="soft small">{use === 'seal' ? say.imageWantsSeal : say.imageWantsSignature}</span>}
        <div class="bar">
          <PictureButton words={kept ? say.imageReplace : say.imageAdd} disabled={isBusy} onFile={(base64) => onChange({ kind: 'import-image', ...which, base64 })} onRefuse={onChange} />
          {kept && (
            <button type="button" class="button low" disabled={isBusy} aria-label={say.removeOf(whose)} onClick={() => onChange({ kind: 'remove-image', ...which })}>
              {say.remove}
            </button>
          )}
        </div>
        <p class={isAsking ? 'bar soft small' : 'hidden-but-said'} role="status">
          {isAsking && <Icon name="turning" size={14} />}
          {isAsking && say.imageConfirm}
        </p>
      </div>
      {refused && <RefusalNotice refusal={refused} urgent />}
    </div>
  )
}

function ImageFacts({ image: { width, height, widthMm, heightMm, importedAt, coarse } }: { image: ImageView }) {
  const say = useSay()
  const language = useLanguage()
  return (
    <>
      <span>{say.imageSize(millimetreText(widthMm, language), millimetreText(heightMm, language))}</span>
      <span class="soft small">{say.imagePixels(width, height, dayText(importedAt, language))}</span>
      {coarse && (
        <span class="state care">
          <Icon name="question" size={12} />
          {say.imageCoarse}
        </span>
      )}
    </>
  )
}

/** In the size that it has on paper, on white as on paper. */
function Picture({ image, pictures, words }: { image: ImageView; pictures: Pictures; words: string }) {
  const [address, setAddress] = useState<string>()
  useEffect(() => {
    let isShown = true
    const show = (found: string | undefined) => isShown && setAddress(found)
    // Without the picture its size still stands there; the refusal of the link is said elsewhere in this window.
    pictures.show(image).then(show, () => show(undefined))
    return () => {
      isShown = false
    }
  }, [image.sha256])
  return <span class="picture">{address && <img src={address} alt={words} style={{ inlineSize: `${image.widthMm}mm`, blockSize: `${image.heightMm}mm` }} />}</span>
}

interface PictureButtonProps {
  words: string
  disabled: boolean
  onFile: (base64: string) => void
  onRefuse: (refused: Refusal) => void
}

/** The browser's own file window, behind a button of ours. */
function PictureButton({ words, disabled, onFile, onRefuse }: PictureButtonProps) {
  const field = useRef<HTMLInputElement>(null)
  const id = useId()
  const choose = async (input: HTMLInputElement): Promise<void> => {
    const file = input.files?.[0]
    if (!file) return
    if (file.size > limits.imageBytes) onRefuse(refusal('image-too-large', { limit: `${limits.imageBytes / 1024 / 1024} MB` }))
    else onFile(await base64Of(file))
    // The same file may be chosen again.
    input.value = ''
  }
  return (
    <>
      <button type="button" class="button low" disabled={disabled} onClick={() => field.current?.click()}>
        {words}
      </button>
      <input ref={field} id={id} type="file" hidden accept="image/png,image/jpeg" aria-label={words} onChange={(event) => void choose(event.currentTarget)} />
    </>
  )
}

async function base64Of(file: Blob): Promise<string> {
  let text = ''
  for (const byte of new Uint8Array(await file.arrayBuffer())) text += String.fromCharCode(byte)
  return btoa(text)
}
