import { readFileSync } from 'node:fs'
import { Window } from 'happy-dom'
import { openShadowRootOf, type ShadowRootOf } from '../../../extension/page/roots.ts'
import type { Page } from '../../../extension/page/find-by-site.ts'

/** A page of tests/fixtures/pages at an address. A template inside `.host` becomes the host's open shadow root. */
export function openFixture(name: string, url = 'https://qlvb.example.vn/danh-sach', shadowRootOf: ShadowRootOf = openShadowRootOf): Page {
  const html = readFileSync(new URL(`../../fixtures/pages/${name}`, import.meta.url), 'utf8')
  return openPage(html, url, shadowRootOf)
}

export function openPage(html: string, url: string, shadowRootOf: ShadowRootOf = openShadowRootOf): Page {
  const window = new Window({ url, settings: { disableJavaScriptFileLoading: true } })
  window.document.write(html)
  const document = window.document as unknown as Document
  attachShadows(document)
  const { localStorage: local, sessionStorage: session } = window
  return { document, location: new URL(url), shadowRootOf, storages: { local, session } }
}

function attachShadows(root: Document | ShadowRoot): void {
  for (const host of root.querySelectorAll('.host')) {
    const template = host.querySelector('template')
    if (template === null) continue
    const shadow = host.attachShadow({ mode: 'open' })
    shadow.append(template.content)
    template.remove()
    attachShadows(shadow)
  }
}
