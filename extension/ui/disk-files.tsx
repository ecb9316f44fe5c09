import { useEffect, useId, useRef, useState } from 'preact/hooks'
import type { View } from '../../shared/messages/view.ts'
import { ActChoice } from './act-choice.tsx'
import { ActDetailsFields, detailsOf, isComplete, type ActDetails } from './act-details.tsx'
import { CertificateChoice, proposedCertificate } from './certificate-choice.tsx'
import { droppedFiles, joinFiles, sortFiles } from './dropped-files.ts'
import { sizeText } from './format.ts'
import { Icon } from './icon.tsx'
import { RefusalNotice } from './notice.tsx'
import { useLanguage, useSay } from './say.ts'
import type { UiEvents } from './ui-events.ts'

interface DiskFilesProps {
  view: View
  /** The last command was refused, so the button may be pressed again. */
  refused: boolean
  on: UiEvents
}

/** Acts that need nothing from a document system: a file of this PC has no number on register, so no appendix and no stamp of arrival. */
const acts = ['approve', 'copy', 'issue', 'initials', 'comment'] as const
type Act = (typeof acts)[number]

/** An agency's key alone is for copies: what it issues comes from the document system. */
function usualAct(certificates: View['certificates']): Act {
  const usable = certificates.filter(({ refusal }) => !refusal)
  return usable.length > 0 && usable.every(({ role }) => role === 'agency') ? 'copy' : 'approve'
}

/** Files of this PC: dropped, or chosen one by one or as a folder; then signed like any other batch, into the download folder. */
export function DiskFiles({ view, refused, on }: DiskFilesProps) {
  const say = useSay()
  const title = useId()
  const [files, setFiles] = useState<File[]>([])
  const [others, setOthers] = useState(0)
  const [over, setOver] = useState(false)
  useStayOnDrop()
  const give = (given: readonly File[]) => {
    const sorted = sortFiles(given)
    setFiles((before) => joinFiles(before, sorted.pdfs))
    setOthers(sorted.others)
  }
  const drop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    if (event.dataTransfer) void droppedFiles(event.dataTransfer).then(give)
  }
  const drag = (event: DragEvent) => {
    if (!event.dataTransfer?.types.includes('Files')) return
    event.preventDefault()
    setOver(true)
  }
  return (
    <section class="card disk-files" aria-labelledby={title} onDragEnter={drag} onDragOver={drag} onDragLeave={() => setOver(false)} onDrop={drop}>
      <h2 id={title}>{say.diskTitle}</h2>
      <div class={over ? 'drop-zone over' : 'drop-zone'}>
        <p class="soft small">{say.diskHint}</p>
        <div class="actions">
          <FileButton words={say.chooseFiles} onGive={give} />
          <FileButton words={say.chooseFolder} folder onGive={give} />
        </div>
      </div>
      <p class={others > 0 ? 'state care' : 'hidden-but-said'} role="status">
        {others > 0 && say.filesPassedOver(others)}
      </p>
      {files.length > 0 && <GivenList files={files} onClear={() => setFiles([])} />}
      {files.length > 0 && view.link.state === 'ready' && (
        <DiskForm view={view} files={files} refused={refused} onOpened={() => setFiles([])} on={on} />
      )}
    </section>
  )
}

/** A file that is dropped beside the place for it must not take the place of this window. */
function useStayOnDrop(): void {
  useEffect(() => {
    const stay = (event: Event) => event.preventDefault()
    addEventListener('dragover', stay)
    addEventListener('drop', stay)
    return () => {
      removeEventListener('dragover', stay)
      removeEventListener('drop', stay)
    }
  }, [])
}

/** A button that opens the browser's own file window: a file field cannot be dressed, and says nothing in our language. */
function FileButton({ words, folder = false, onGive }: { words: string; folder?: boolean; onGive: (files: File[]) => void }) {
  const field = useRef<HTMLInputElement>(null)
  useEffect(() => {
    if (field.current) field.current.webkitdirectory = folder
  }, [folder])
  const choose = (event: { currentTarget: HTMLInputElement }) => {
    onGive(Array.from(event.currentTarget.files ?? []))
    // The same files may be chosen again.
    event.currentTarget.value = ''
  }
  return (
    <>
      <button type="button" class="button" onClick={() => field.current?.click()}>
        {words}
      </button>
      <input ref={field} type="file" hidden multiple accept="application/pdf,.pdf" aria-label={words} onChange={choose} />
    </>
  )
}

function GivenList({ files, onClear }: { files: readonly File[]; onClear: () => void }) {
  const say = useSay()
  const language = useLanguage()
  const sizeBytes = files.reduce((sum, { size }) => sum + size, 0)
  return (
    <div class="given">
      <details>
        <summary>{[say.documents(files.length), sizeText(sizeBytes, language)].join(' · ')}</summary>
        <ul class="panel-documents">
          {files.map((file) => (
            <li key={`${file.webkitRelativePath}${file.name}${file.lastModified}`} class="panel-document">
              {file.name}
            </li>
          ))}
        </ul>
      </details>
      <button type="button" class="button quiet low" onClick={onClear}>
        <Icon name="cross" size={14} />
        {say.clearFiles}
      </button>
    </div>
  )
}

interface DiskFormProps extends DiskFilesProps {
  files: File[]
  /** The batch of these files is there. */
  onOpened: () => void
}

function DiskForm({ view, files, refused, onOpened, on }: DiskFormProps) {
  const say = useSay()
  const [chosenAct, setAct] = useState<Act>()
  const profile = chosenAct ?? usualAct(view.certificates)
  const [chosenSha256, setChosenSha256] = useState<string>()
  const [given, setGiven] = useState<ActDetails>({})
  const [batchesBefore, setBatchesBefore] = useState<number>()
  const opened = batchesBefore !== undefined && view.batches.length > batchesBefore
  useEffect(() => {
    if (opened) onOpened()
  }, [opened])
  const chosen = view.certificates.find(({ sha256 }) => sha256 === chosenSha256) ?? proposedCertificate(view, undefined, profile)
  if (!chosen) return <p class="state care">{say.diskNoToken}</p>
  const actToDo = { view, site: undefined, profile, certificate: chosen, given }
  const details = detailsOf(actToDo)
  const waiting = batchesBefore !== undefined && !refused
  const ready = !waiting && !chosen.refusal && isComplete(profile, details)
  const submit = (event: Event) => {
    event.preventDefault()
    if (!ready) return
    setBatchesBefore(view.batches.length)
    on.signFiles(files, { certificateSha256: chosen.sha256, profile, ...details })
  }
  return (
    <form class="disk-form" onSubmit={submit}>
      {chosen.refusal && <RefusalNotice refusal={chosen.refusal} />}
      <ActChoice acts={acts} value={profile} onChoose={setAct} />
      <CertificateChoice certificates={view.certificates} chosen={chosen} onChoose={setChosenSha256} />
      <ActDetailsFields {...actToDo} onGive={setGiven} />
      <button type="submit" class="button seal wide" disabled={!ready}>
        {waiting ? say.preparing : say.reviewAndSign(files.length)}
      </button>
    </form>
  )
}
