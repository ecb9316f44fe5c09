import { useId } from 'preact/hooks'
import type { DescriptorView } from '../../shared/messages/view.ts'
import { Icon } from './icon.tsx'
import { useSay } from './say.ts'
import type { UiEvents } from './ui-events.ts'

/** How the document systems are read: what was taught or imported, what the office has set, and what comes with the extension. */
export function DescriptorsPart({ descriptors, on }: { descriptors: readonly DescriptorView[]; on: UiEvents }) {
  const say = useSay()
  const own = descriptors.filter(({ from }) => from !== 'built-in')
  const builtIn = descriptors.filter(({ from }) => from === 'built-in')
  return (
    <section class="settings-part">
      <h2>{say.descriptors}</h2>
      <div class="settings-content">
        <p class="soft">{say.descriptorsText}</p>
        {own.length === 0 && <p>{say.descriptorsEmpty}</p>}
        <ul class="plain-list">
          {own.map((descriptor) => (
            <Descriptor key={descriptor.id} descriptor={descriptor} on={on} />
          ))}
        </ul>
        <ImportButton on={on} />
        <details class="built-in">
          <summary>{say.builtIn(builtIn.length)}</summary>
          <ul class="plain-list">
            {builtIn.map((descriptor) => (
              <li key={descriptor.id}>
                <strong>{descriptor.name}</strong>
                {descriptor.assumed.length > 0 && (
                  <span class="state care">
                    <Icon name="question" size={12} />
                    {say.assumed}
                  </span>
                )}
                <span class="soft small" lang="en">
                  {descriptor.source}
                </span>
              </li>
            ))}
          </ul>
        </details>
      </div>
    </section>
  )
}

function Descriptor({ descriptor, on }: { descriptor: DescriptorView; on: UiEvents }) {
  const say = useSay()
  const { id, name, version, origins, from, json } = descriptor
  return (
    <li>
      <div class="bar">
        <span class="site-words">
          <strong>{name}</strong>
          <span class="soft small">{origins.join(', ')}</span>
        </span>
        {from === 'policy' ? (
          <span class="state push">
            <Icon name="lock" size={14} />
            {say.byPolicy}
          </span>
        ) : (
          <span class="state push">{say.descriptorVersion(version)}</span>
        )}
      </div>
      {json !== undefined && (
        <details>
          <summary>{say.showJson}</summary>
          <pre class="json" tabIndex={0} aria-label={say.jsonOf(name)}>
            {json}
          </pre>
        </details>
      )}
      <div class="bar">
        {json !== undefined && (
          <a class="button low" href={`data:application/json;charset=utf-8,${encodeURIComponent(json)}`} download={`${id}.json`} aria-label={say.exportOf(name)}>
            {say.exportJson}
          </a>
        )}
        {from === 'own' && (
          <button type="button" class="button low" aria-label={say.removeOf(name)} onClick={() => on.send({ kind: 'remove-descriptor', id })}>
            {say.remove}
          </button>
        )}
      </div>
    </li>
  )
}

/** A file that another PC exported, or that the IT desk wrote. */
function ImportButton({ on }: { on: UiEvents }) {
  const say = useSay()
  const id = useId()
  return (
    <div class="import">
      <label for={id}>{say.importJson}</label>
      <input
        id={id}
        class="field"
        type="file"
        accept=".json,application/json"
        onChange={(event) => {
          const { currentTarget } = event
          const file = currentTarget.files?.[0]
          currentTarget.disabled = true
          void file
            ?.text()
            .then((text) => on.send({ kind: 'import-descriptor', text }))
            .finally(() => {
              currentTarget.disabled = false
              currentTarget.value = ''
            })
        }}
      />
    </div>
  )
}
