import { render } from 'preact'
import { LanguageOfWindow } from '../../../extension/ui/say.ts'
import type { Language } from '../../../shared/text/errors.ts'
import { languages, pressed, scenes } from './scenes.tsx'

/** Runs inside the gallery page: `#scene/language` says what to show; without it, the page only tells its scenes. */
function show(): void {
  if (location.hash === '') return
  const [name = '', language = 'vi'] = location.hash.slice(1).split('/')
  const scene = scenes[name]
  if (!scene || !isLanguage(language)) throw new Error(`no scene ${name} in ${language}`)
  document.documentElement.lang = language
  const place = document.body
  render(null, place)
  render(<LanguageOfWindow.Provider value={language}>{scene()}</LanguageOfWindow.Provider>, place)
  const selector = pressed[name]
  if (selector !== undefined) document.querySelector<HTMLElement>(selector)?.click()
  document.title = name
}

function isLanguage(text: string): text is Language {
  return (languages as readonly string[]).includes(text)
}

document.documentElement.dataset['scenes'] = Object.keys(scenes).join(' ')
addEventListener('hashchange', show)
show()
