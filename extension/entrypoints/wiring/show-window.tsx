import { render, type ComponentChildren } from 'preact'
import { useEffect } from 'preact/hooks'
import type { Command } from '../../../shared/messages/view.ts'
import { interfaceText, type InterfaceText } from '../../../shared/text/interface.ts'
import { LanguageOfWindow } from '../../ui/say.ts'
import type { UiEvents } from '../../ui/ui-events.ts'
import { browserEvents } from './browser-events.ts'
import { useView, type ViewOnScreen } from './use-view.ts'

export interface WindowParts extends Omit<ViewOnScreen, 'view' | 'send'> {
  view: NonNullable<ViewOnScreen['view']>
  on: UiEvents
}

interface WindowProps {
  title: Extract<keyof InterfaceText, `window${string}`>
  greetings: readonly Command[]
  content: (parts: WindowParts) => ComponentChildren
}

/** Joins one window of `ui/` with the background and the browser. */
export function showWindow(props: WindowProps): void {
  render(<Window {...props} />, document.body)
}

function Window({ title, greetings, content }: WindowProps) {
  const { view, answer, pending, now, send } = useView(greetings)
  const language = view?.language ?? 'vi'
  useEffect(() => {
    document.documentElement.lang = language
    document.title = interfaceText(language)[title]
  }, [language, title])
  if (!view) {
    return (
      <p class="empty soft" role="status">
        {interfaceText(language).opening}
      </p>
    )
  }
  return <LanguageOfWindow.Provider value={language}>{content({ view, answer, pending, now, on: browserEvents(send) })}</LanguageOfWindow.Provider>
}
